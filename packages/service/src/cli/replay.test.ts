import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DRIFT, driftSpans } from "../replay/fixtures/drift.ts";
import { ArrivalLog } from "../replay/arrival-log.ts";
import { spansToJson } from "../replay/span-json.ts";
import { run } from "./run.ts";

let directory = "";

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "headway-replay-"));
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

interface Said {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

async function said(...args: readonly string[]): Promise<Said> {
  const out: string[] = [];
  const error: string[] = [];
  const code = await run(["replay", ...args], {
    out: (line) => out.push(line),
    error: (line) => error.push(line),
    environment: {},
    directory,
    signal: new AbortController().signal,
  });
  return { code, out: out.join("\n"), error: error.join("\n") };
}

const ENFORCE = "defaults: { mode: enforce, protectedPriority: 0 }\n";

/** As a Collector's file exporter writes them: a batch a line, in the order in which they ended. */
function collectorFile(name: string): string {
  const spans = driftSpans().toSorted(
    (a, b) => a.startMs + a.durationMs - b.startMs - b.durationMs,
  );
  const lines: string[] = [];
  for (let at = 0; at < spans.length; at += 100)
    lines.push(JSON.stringify({ resourceSpans: spansToJson(spans.slice(at, at + 100)) }));
  const path = join(directory, name);
  writeFileSync(path, `${lines.join("\n")}\n`);
  return name;
}

describe("headway replay", () => {
  it("reads a Collector's file, and tells what would have been noticed and decided", async () => {
    writeFileSync(join(directory, "headway.yaml"), ENFORCE);
    const { code, out, error } = await said(collectorFile("traces.jsonl"));
    expect([code, error]).toEqual([0, ""]);
    expect(out).toContain("arrival times: by the order of the file");
    expect(out).toMatch(/POLICY headway\.yaml \(sha256:[0-9a-f]+, enforced\)/);
    expect(out).toMatch(/tool:idp_lookup .*degraded/);
    expect(out).toMatch(/first failure at .*: noticed \d+\.\d s before/);
    expect(out).toContain("False holds");
    expect(out).toContain("WHAT THIS RESTS ON");
  });

  it("compares two policies", async () => {
    writeFileSync(join(directory, "strict.yaml"), ENFORCE);
    writeFileSync(join(directory, "calm.yaml"), "defaults: { mode: observe }\n");
    const file = collectorFile("traces.jsonl");
    const { out } = await said(file, "--policy", "strict.yaml", "--against", "calm.yaml");
    expect(out).toContain("SIDE BY SIDE");
    expect(out).toMatch(/mode\s+enforced\s+not enforced/);
  });

  it("answers in JSON, the same bytes each time", async () => {
    const file = collectorFile("traces.jsonl");
    const once = await said(file, "--json");
    expect(JSON.parse(once.out)).toMatchObject({ version: 1, recording: { order: "file" } });
    expect(JSON.parse(once.out).policies[0]).toMatchObject({ policy: "default", enforced: false });
    expect(await said(file, "--json")).toEqual(once);
  });

  it("keeps to a range, which may be told from the start", async () => {
    const file = collectorFile("traces.jsonl");
    const calm = JSON.parse((await said(file, "--json", "--to", "25s")).out);
    expect(calm.policies[0].episodes).toEqual([]);
    const startAt = new Date(DRIFT.startMs + DRIFT.healthyMs).toISOString();
    const late = JSON.parse((await said(file, "--json", "--from", startAt)).out);
    expect(late.recording.countedFrom).toBe(startAt);
    expect(late.policies[0].episodes).toHaveLength(1);
  });

  it("replays a service's recording, and that alone", async () => {
    const path = join(directory, "arrivals.jsonl");
    const log = new ArrivalLog({ path, tickMs: 1_000, settleMs: 500, onError: () => undefined });
    for (const span of driftSpans({ driftMs: 1_000 }))
      log.arrived("red", { kind: "spans", atMs: span.startMs + span.durationMs, spans: [span] });
    log.close();
    const red = await said("arrivals.jsonl", "--tenant", "red");
    expect(red.out).toContain("arrival times: as a service recorded them");
    expect((await said("arrivals.jsonl")).error).toContain("at least one span or report");
    const both = await said("arrivals.jsonl", "arrivals.jsonl");
    expect(both.error).toContain("alone, got 2 files [ERR_COMMAND]");
  });

  it.each([
    [[], "replay must get at least one FILE, got none [ERR_COMMAND]"],
    [["x", "--via", "air"], '--via must be traces or processor, got "air" [ERR_CONFIG_RANGE]'],
    [["x", "--policy", "none.yaml"], "[ERR_CONFIG_FILE]"],
  ])("says what is wrong with %j", async (args, message) => {
    const { code, error } = await said(...args);
    expect(code).toBe(1);
    expect(error).toContain(message);
  });

  it("says what a time must be", async () => {
    const { error } = await said(collectorFile("traces.jsonl"), "--from", "noon");
    expect(error).toContain('90s, 5m or 1h from the start, got "noon" [ERR_CONFIG_RANGE]');
  });
});
