import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { dataFolder } from "../agents/data-folder.ts";
import { benchSilence, runSilence } from "./silence-bench.ts";
import { MODEL, TOOL } from "./silence-load.ts";

const POISSON = { kind: "poisson", perSecond: 4 } as const;

describe("a run of a healthy dependency", () => {
  it("has no detection in six hours of memoryless calls, nor does the naive estimate see a storm in them", () => {
    const load = { name: "poisson", arrivals: POISSON, service: TOOL };
    const row = runSilence(load, { seed: 1, hours: 6, dataFolder: "" });
    expect(row.episodes).toEqual([]);
    expect(row.naiveShare).toBeLessThan(0.02);
  });

  it("counts what fires, once for as long as it lasts", () => {
    const service = { ...MODEL, meanMs: 500, shareFailed: 0.9 };
    const load = { name: "ill", arrivals: POISSON, service };
    const { episodes } = runSilence(load, { seed: 1, hours: 0.5, dataFolder: "" });
    const failing = episodes.filter(({ kind }) => kind === "failing");
    expect(failing).toHaveLength(1);
    expect(failing[0]!.atS).toBeLessThan(60);
  });
});

describe.skipIf(!existsSync(dataFolder()))(
  `under recorded load (not run where ${dataFolder()} is absent)`,
  () => {
    it("has no storm, loop, saturation or fan-out in an hour of each, where counts alone say a storm for more than one", async () => {
      const silence = await benchSilence(dataFolder(), { seeds: 1, hours: 1 });
      expect(silence.hours).toBe(silence.byLoad.length);
      const { retry_storm, loop, saturation, fanout, throttled } = silence.episodes;
      expect({ retry_storm, loop, saturation, fanout, throttled }).toEqual({});
      expect(silence.naiveShare).toBeGreaterThan(0.2);
      expect(silence.byLoad.length).toBeGreaterThanOrEqual(2);
    });
  },
);
