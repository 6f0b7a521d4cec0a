import { describe, expect, it } from "vitest";
import { horizonMs, scenario } from "../scenario.ts";
import { planArrivals } from "./arrivals.ts";

const settings = scenario({ seed: 3, short: false });

describe("planArrivals", () => {
  it("plans the same for the same seed, and something else for another", () => {
    expect(planArrivals(settings, 0)).toEqual(planArrivals(settings, 0));
    expect(planArrivals({ ...settings, seed: 4 }, 0)).not.toEqual(planArrivals(settings, 0));
    const timesOf = (process: number) =>
      planArrivals(settings, process).map((each) => each.arrivedMs);
    expect(timesOf(1)).not.toEqual(timesOf(0));
  });

  it("brings the rate, the mix and the lengths that the scenario tells, before its horizon", () => {
    const planned = Array.from({ length: settings.processes }, (_, process) =>
      planArrivals(settings, process),
    ).flat();
    const seconds = horizonMs(settings.phases) / 1_000;
    expect(planned.length / seconds).toBeGreaterThan(0.9 * settings.workflowsPerSecond);
    expect(planned.length / seconds).toBeLessThan(1.1 * settings.workflowsPerSecond);
    const persons = planned.filter(({ priority }) => priority === 1).length;
    expect(persons / planned.length).toBeCloseTo(settings.personShare, 1);
    expect(new Set(planned.map(({ checks }) => checks.length))).toEqual(new Set([4, 5, 6]));
    expect(planned.every(({ arrivedMs }) => arrivedMs < horizonMs(settings.phases))).toBe(true);
    expect(new Set(planned.map(({ id }) => id)).size).toBe(planned.length);
  });
});
