import { describe, expect, it } from "vitest";
import type { DependencySpec } from "../scenario/scenario.ts";
import { randomStream } from "../simulation/random.ts";
import { serviceTimes } from "./service-times.ts";

const DRAWS = 40_000;

const kinds: readonly DependencySpec["service"][] = [
  { kind: "lognormal", meanMs: 100, sigma: 0.8 },
  { kind: "exponential", meanMs: 100 },
  { kind: "empirical", samplesMs: [300, 10, 20, 20, 150] },
];

describe("service times", () => {
  it.each(kinds.map((spec) => [spec.kind, spec] as const))(
    "have the mean and the variance that they claim: %s",
    (_kind, spec) => {
      const times = serviceTimes(spec, randomStream(11, "service"));
      const seen = Array.from({ length: DRAWS }, () => times.next());
      const mean = seen.reduce((sum, ms) => sum + ms, 0) / DRAWS;
      const squares = seen.map((ms) => (ms - times.meanMs) ** 2);
      const variance = squares.reduce((sum, square) => sum + square, 0) / DRAWS;
      const spread = squares.reduce((sum, square) => sum + (square - variance) ** 2, 0) / DRAWS;
      expect(Math.abs(mean - times.meanMs)).toBeLessThan(4 * Math.sqrt(variance / DRAWS));
      expect(Math.abs(variance - times.varianceMs2)).toBeLessThan(4 * Math.sqrt(spread / DRAWS));
    },
  );

  it("counts a service of exactly that time as done within it", () => {
    const random = randomStream(1, "service");
    const exact = serviceTimes({ kind: "lognormal", meanMs: 100, sigma: 0 }, random);
    expect([99.9, 100].map((ms) => exact.shareWithin(ms))).toEqual([0, 1]);
    const drawn = serviceTimes({ kind: "empirical", samplesMs: [30, 10, 20, 20] }, random);
    expect([0, 9, 10, 20, 29, 30].map((ms) => drawn.shareWithin(ms))).toEqual([
      0, 0, 0.25, 0.75, 0.75, 1,
    ]);
  });
});
