import { describe, expect, it } from "vitest";
import { createDetectors } from "./detectors.ts";
import { normal, seeded, SimulatedFleet } from "./fixtures/windows.ts";
import type { Traffic } from "./fixtures/windows.ts";

/** Each hour has thousands of windows; what a slow drift would do shows within the half hour that baselines remember. */
const HOURS = 2;

/** Rates that jump every ten seconds, log-normally: burstier than production LLM traces, which look self-exciting already. */
function burstyRates(mean: number, seed: number): (second: number) => number {
  const random = seeded(seed);
  const factors = Array.from(
    { length: 2_000 },
    () => mean * Math.exp(0.7 * normal(random) - 0.245),
  );
  return (second) => factors[Math.floor(second / 10) % factors.length]!;
}

const HEALTHY: Readonly<Record<string, Traffic>> = {
  "a steady tool": { rate: () => 50, medianS: () => 0.2, errorShare: () => 0.01, tries: 3 },
  "a rush hour of three times the load, with lawful queueing": {
    rate: (second) => 50 * (2 - Math.cos((2 * Math.PI * second) / 3_600)),
    medianS: (_, inFlight) => 0.2 * (1 + inFlight / 100),
    errorShare: () => 0.01,
    tries: 3,
  },
  "a model with bursts, heavy tails, two errors in a hundred and retries": {
    rate: burstyRates(5, 9),
    medianS: () => 4,
    sigma: 0.9,
    sigmaShared: 0.15,
    errorShare: () => 0.02,
    tries: 3,
  },
  "a tool that is called once in two seconds": {
    rate: () => 0.5,
    medianS: () => 1,
    sigma: 0.8,
    errorShare: () => 0.01,
  },
  "a database at 100 calls a second and 3 ms": {
    rate: () => 100,
    medianS: () => 0.003,
    sigma: 0.4,
  },
  "a tool whose calls of one second share their fate": {
    rate: () => 20,
    medianS: () => 0.5,
    sigmaShared: 0.3,
    errorShare: () => 0.05,
    tries: 2,
  },
};

describe("no detector says anything", () => {
  it.each(Object.entries(HEALTHY))(`in ${HOURS} hours of %s`, (_, traffic) => {
    for (const seed of [2]) {
      const fleet = new SimulatedFleet(traffic, seed);
      const detectors = createDetectors();
      const said: string[] = [];
      for (let second = 0; second < HOURS * 3_600; second += 1) {
        const window = fleet.next();
        for (const detector of detectors) {
          const finding = detector.observe(window);
          if (finding.state === "abnormal")
            said.push(`${second}: ${detector.kind}: ${finding.summary}`);
        }
      }
      expect(said).toEqual([]);
    }
  });
});
