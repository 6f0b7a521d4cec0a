import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { DETECTION_PARTS, detect } from "./detect.ts";

describe("detect", () => {
  it("says of a folder without data what it looked for, and runs what needs none", async () => {
    const dir = mkdtempSync(join(tmpdir(), "detect-"));
    const parts = DETECTION_PARTS.filter((part) => part !== "efficiency" && part !== "openAge");
    const seen: string[] = [];
    const report = await detect(dir, {
      parts,
      seeds: 1,
      hours: 1,
      onProgress: (part) => seen.push(part),
    });
    rmSync(dir, { recursive: true });
    expect(report.absent.map(({ part }) => part)).toEqual([
      "spans",
      "delays",
      "minutes",
      "storms",
      "silence",
      "loops",
    ]);
    expect(report.absent[0]?.files).toContain("nezha/faults.json");
    expect(seen).toEqual(["cascades", "ramp"]);
    expect(report.cascades?.rows.length).toBeGreaterThan(0);
    expect(report.spans).toBeUndefined();
    expect(report.bars.map(({ name }) => name)).toEqual([
      "slow ramp: median lead before the breach",
    ]);
  });

  it("runs no part that it is not asked for", async () => {
    const report = await detect(tmpdir(), { parts: [] });
    expect(report).toEqual({ folder: tmpdir(), absent: [], bars: [] });
  });
});
