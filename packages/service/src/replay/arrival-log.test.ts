import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { decodeTraces, SignalRecorder } from "@headway/core/signals";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Arrival } from "./arrival.ts";
import { ArrivalLog } from "./arrival-log.ts";
import { driftSpans } from "./fixtures/drift.ts";
import { isRecording, readRecording } from "./read-recording.ts";

let directory = "";
let path = "";

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "headway-recording-"));
  path = join(directory, "arrivals.jsonl");
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

const spans = driftSpans({ healthyMs: 1_000, driftMs: 1_000 })
  .filter(({ resource }) => resource["service.name"] === "worker-1")
  .map((span) => ({ ...span, name: "" }));

function report() {
  const recorder = new SignalRecorder({ instance: "worker-9", agent: "a" });
  const run = recorder.runStarted({ dependency: "tool:x", operation: "", priority: 2 }, 1_000);
  recorder.runEnded(run, { outcome: "ok" }, 1_250);
  return recorder.take(2_000.5);
}

const ARRIVALS: readonly Arrival[] = [
  { kind: "restored", atMs: 1, records: [{ key: "dep:tool:x", value: { a: [1, "b"] } }] },
  { kind: "connected", atMs: 2.25, instance: "worker-9" },
  { kind: "spans", atMs: 3.000_244, spans },
  { kind: "tick", atMs: 1_000.5 },
  { kind: "reports", atMs: 2_001, reports: [report()] },
  { kind: "consult", atMs: 2_002, consult: { dependency: "tool:x", priority: 4, attempt: 2 } },
  {
    kind: "override",
    atMs: 2_003,
    override: {
      dependency: "tool:x",
      action: "hold",
      priority: { from: 3, to: 5 },
      untilMs: 9_000,
      why: "maintenance",
      by: "ops",
    },
  },
  { kind: "override-cleared", atMs: 2_004, dependency: "tool:x", by: "ops" },
  { kind: "gone", atMs: 2_005, instance: "worker-9" },
  { kind: "tick", atMs: 2_006 },
];

function written(arrivals: readonly Arrival[], tenant = "default"): string {
  const log = new ArrivalLog({
    path,
    tickMs: 500,
    settleMs: 700,
    onError: (error) => {
      throw error;
    },
  });
  for (const arrival of arrivals) log.arrived(tenant, arrival);
  log.close();
  return readFileSync(path, "utf8");
}

/** Attribute bags have no prototype where they were decoded. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe("a recording", () => {
  it("reads back as what arrived, in its order and to the moment", async () => {
    written(ARRIVALS);
    expect(await isRecording(path)).toBe(true);
    const { arrivals, rejected } = await readRecording(path, "default");
    expect(rejected).toBe(0);
    expect(arrivals).toMatchObject({ order: "recorded", tickMs: 500, settleMs: 700 });
    expect(arrivals.list.map(({ kind, atMs }) => [kind, atMs])).toEqual(
      ARRIVALS.map(({ kind, atMs }) => [kind, atMs]),
    );
    expect(plain(arrivals.list)).toEqual(plain(ARRIVALS));
  });

  it("is read gzipped as well", async () => {
    const text = written(ARRIVALS);
    const zipped = join(directory, "arrivals.jsonl.gz");
    writeFileSync(zipped, gzipSync(text));
    expect(await isRecording(zipped)).toBe(true);
    expect((await readRecording(zipped, "default")).arrivals.list).toHaveLength(ARRIVALS.length);
  });

  it("is OTLP JSON in each of its lines, for whatever else reads traces", () => {
    const decoded = written(ARRIVALS)
      .trimEnd()
      .split("\n")
      .map((text) => decodeTraces(Buffer.from(text), "json"));
    expect(decoded.every(({ ok }) => ok)).toBe(true);
    const count = decoded.reduce((sum, one) => sum + (one.ok ? one.spans.length : 0), 0);
    expect(count).toBe(spans.length);
  });

  it("keeps tenants apart, and replays one", async () => {
    const log = new ArrivalLog({ path, tickMs: 1, settleMs: 1, onError: () => undefined });
    log.arrived("red", { kind: "tick", atMs: 1 });
    log.arrived("blue", { kind: "tick", atMs: 2 });
    log.close();
    const { arrivals } = await readRecording(path, "blue");
    expect(arrivals.list).toEqual([{ kind: "tick", atMs: 2 }]);
  });

  it("loses the line that a killed service was writing, and says so", async () => {
    const text = written(ARRIVALS);
    writeFileSync(path, text.slice(0, -20));
    const { arrivals, rejected } = await readRecording(path, "default");
    expect([arrivals.list.length, rejected]).toEqual([ARRIVALS.length - 1, 1]);
  });

  it("is written with each tick, and nobody else may read it", () => {
    const log = new ArrivalLog({ path, tickMs: 1, settleMs: 1, onError: () => undefined });
    log.arrived("default", { kind: "connected", atMs: 1, instance: "a" });
    expect(readFileSync(path, "utf8")).toBe("");
    log.arrived("default", { kind: "tick", atMs: 2 });
    expect(readFileSync(path, "utf8").trimEnd().split("\n")).toHaveLength(3);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    log.close();
    log.arrived("default", { kind: "tick", atMs: 3 });
    log.close();
  });

  it("is never written over", () => {
    written([]);
    expect(() => written([])).toThrow(expect.objectContaining({ code: "ERR_CONFIG_FILE" }));
  });

  it("is told from other files", async () => {
    writeFileSync(path, '{"resourceSpans":[]}\n');
    expect(await isRecording(path)).toBe(false);
    expect(await isRecording(join(directory, "none"))).toBe(false);
  });
});
