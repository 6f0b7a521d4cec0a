import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dataFolder } from "../agents/data-folder.ts";
import { makeNezhaFolder } from "./fixtures/nezha-folder.ts";
import { benchMinutes } from "./minute-bench.ts";
import type { MinuteDayBench } from "./minute-bench.ts";

describe("the bench on minute series", () => {
  let dir = "";
  let day: MinuteDayBench;
  beforeAll(async () => {
    dir = makeNezhaFolder([
      { id: 1, type: "network_delay", service: "till", networkS: 0.2 },
      { id: 2, type: "exception", service: "stock" },
      { id: 3, type: "cpu_contention", service: "stock", workS: 0.03 },
      { id: 4, type: "cpu_contention", service: "till", workS: 0.001 },
    ]);
    day = (await benchMinutes(dir))!.days[0]!;
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  it("names the edge in the first minute that is slow", () => {
    const [network, , work] = day.faults;
    expect(network).toMatchObject({ first: "service" });
    expect(work).toMatchObject({ first: "service" });
    expect(network!.namedS).toBeLessThanOrEqual(60);
    expect(work!.namedS).toBeLessThanOrEqual(60);
  });

  it("says nothing of what does not show, nor in three quiet hours", () => {
    expect(day.shipped.others).toMatchObject({ faults: 1, named: 0 });
    expect(day.faults[3]).toMatchObject({ first: "nothing" });
    expect(day.shipped.falseAlarms.episodes).toBe(0);
    expect(day.shipped.falseAlarms.hours).toBeGreaterThan(2.5);
  });

  it("hears every line to beat, and none of them is without ears", () => {
    expect(day.baselines).toHaveLength(8);
    for (const { name, timing } of day.baselines)
      expect([name, timing.named > 0]).toEqual([name, true]);
  });

  it("only hears what is shipped when no curves are asked for", async () => {
    const [quick] = (await benchMinutes(dir, { withCurves: false }))!.days;
    expect([quick!.curve, quick!.baselines]).toEqual([[], []]);
    expect(quick!.shipped).toEqual(day.shipped);
  });
});

describe.skipIf(!existsSync(dataFolder()))(
  `on recorded series (not run where ${dataFolder()} is absent)`,
  () => {
    it("finds nine of ten faults within a minute at one false episode in three hours at most", async () => {
      const { days } = (await benchMinutes(join(dataFolder(), "nezha"), { withCurves: false }))!;
      for (const { shipped } of days) {
        expect(shipped.timing.recall.value).toBeGreaterThan(0.9);
        expect(shipped.timing.medianS.value).toBeLessThanOrEqual(60);
        expect(shipped.falseAlarms.perHour.value).toBeLessThanOrEqual(0.35);
      }
    });
  },
);
