import { expect, it } from "vitest";
import { PoissonArrivals } from "../agents/poisson.ts";
import { randomStream } from "../simulation/random.ts";
import { windowsOf, type SyntheticFleet } from "./synthetic-fleet.ts";

const SECONDS = 400;

function fleetOf(parts: Partial<SyntheticFleet>): SyntheticFleet {
  const random = randomStream(1, "agents");
  return {
    dependency: "tool:x",
    arrivals: new PoissonArrivals(10, [{ fromMs: 0, value: 1 }], randomStream(1, "arrivals")),
    agents: 5,
    attempt: () => ({ durationMs: 700, outcome: "ok" }),
    retries: () => [],
    random,
    ...parts,
  };
}

it("keeps Little's law and loses no attempt", () => {
  const windows = [...windowsOf(fleetOf({}), SECONDS)];
  const ended = windows.reduce((sum, { attempts }) => sum + attempts, 0);
  const started = windows
    .flatMap(({ agentAttempts }) => [...agentAttempts.values()])
    .reduce((sum, count) => sum + count, 0);
  expect(started).toBe(ended + windows.at(-1)!.inFlight);
  expect(ended / SECONDS).toBeCloseTo(10, 0);
  const inFlight = windows.reduce((sum, window) => sum + window.inFlight, 0) / SECONDS;
  expect(inFlight).toBeCloseTo((ended / SECONDS) * 0.7, 0);
  expect(new Set(windows.flatMap(({ agentAttempts }) => [...agentAttempts.keys()])).size).toBe(5);
});

it("makes as many retries as it is told to, each after its pause, by the agent that failed", () => {
  const fleet = fleetOf({
    attempt: () => ({ durationMs: 100, outcome: "error" }),
    retries: (attempt) => (attempt === 1 ? [2_000, 3_000] : []),
  });
  const windows = [...windowsOf(fleet, SECONDS)];
  const retries = windows.reduce((sum, window) => sum + window.retries, 0);
  const attempts = windows.reduce((sum, window) => sum + window.attempts, 0);
  // Two of three, but for those that the end cuts off.
  expect(retries / attempts).toBeCloseTo(2 / 3, 1);
  const gaps = windows.flatMap(({ retryGap }) => (retryGap ? [retryGap.min, retryGap.max] : []));
  expect([Math.min(...gaps), Math.max(...gaps)]).toEqual([2, 3]);
  for (const { agentRetries, agentAttempts } of windows)
    for (const [agent, count] of agentRetries)
      expect(agentAttempts.get(agent)).toBeGreaterThanOrEqual(count);
});

it("is the same each time", () => {
  const windows = () => JSON.stringify([...windowsOf(fleetOf({}), 50)]);
  expect(windows()).toBe(windows());
});
