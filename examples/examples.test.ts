import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const run = promisify(execFile);

/** Runs an example as its reader does: with plain Node, against the built packages. */
async function output(file: string, ...args: readonly string[]): Promise<string> {
  const path = new URL(file, import.meta.url).pathname;
  const { stdout } = await run(process.execPath, [path, ...args], {
    timeout: 120_000,
    maxBuffer: 16 * 1024 * 1024,
    env: { ...process.env, NO_COLOR: "1" },
  });
  return stdout;
}

describe("examples", () => {
  it.each([
    ["01-processor.ts", '"id": "tool:get_weather"', '"action":"proceed"'],
    ["02-hook.ts", "critical:     updated", "impatient:    not now", "patient:      updated after"],
    ["03-local.ts", "with Headway:    40 answers"],
    ["04-fetch.ts", "guarded, limited:         at most 2 requests at once"],
  ])("%s ends well and shows what it is about", async (file, ...shown) => {
    const printed = await output(file);
    for (const line of shown) expect(printed).toContain(line);
  });

  it("02: a hold reaches the hook; a critical call passes, an impatient one is told when to come back", async () => {
    const printed = await output("02-hook.ts");
    expect(printed).toMatch(/critical: +updated/);
    expect(printed).toMatch(/impatient: +not now, come back in \d+ ms \(open: maintenance\)/);
    expect(printed).toMatch(/patient: +updated after [2-9]/);
  });

  it("03: one process shares what a limit said", async () => {
    const printed = await output("03-local.ts");
    const refusals = [...printed.matchAll(/40 answers, (\d+) refusals/g)].map(([, count]) =>
      Number(count),
    );
    expect(refusals).toHaveLength(2);
    expect(refusals[1]).toBeLessThan(refusals[0]! / 2);
  });

  it("04: a guarded fetch keeps within the fleet's limit", async () => {
    const printed = await output("04-fetch.ts");
    expect(printed).toMatch(/nothing decided: at most (?:1[5-9]|20) requests/);
    expect(printed).toMatch(/limited: +at most [12] requests/);
  });
});

describe("the demo", () => {
  it("in its short form loses no case, and leaves a page that needs nothing else", async () => {
    const folder = mkdtempSync(join(tmpdir(), "headway-demo-"));
    const page = join(folder, "index.html");
    const { runs } = JSON.parse(await output("05-kyc/demo.ts", "--short", "--json", "--out", page));
    expect(runs).toHaveLength(1);
    for (const summary of [runs[0].without, runs[0].with]) {
      expect(summary.conservationFaults).toEqual([]);
      expect(summary.done).toBeGreaterThan(100);
    }
    expect(runs[0].with.attemptsWasted).toBeLessThan(runs[0].without.attemptsWasted);
    const html = readFileSync(page, "utf8");
    expect(html).toContain("</html>");
    expect(html).not.toMatch(/\b(?:src|href)=/);
    rmSync(folder, { recursive: true });
  }, 120_000);
});
