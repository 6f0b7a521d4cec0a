import { describe, expect, it } from "vitest";
import { attempt, runRecord } from "./fixture.ts";
import { recoveryMs } from "./recovery.ts";

/** Answers at so many a second from one time to another. */
function answers(perSecond: number, fromMs: number, toMs: number) {
  const count = ((toMs - fromMs) / 1_000) * perSecond;
  return Array.from({ length: count }, (_, index) =>
    attempt({ endMs: fromMs + (index * 1_000) / perSecond }),
  );
}

// Healthy until 30 s, slow until 60 s, over at 100 s.
const HEALTHY = answers(50, 0, 30_000);

describe("recoveryMs", () => {
  it("is nought where answers come at the old rate as soon as the provider is well", () => {
    expect(recoveryMs(runRecord({ attempts: [...HEALTHY, ...answers(50, 60_000, 100_000)] }))).toBe(
      0,
    );
  });

  it("is the time until they do", () => {
    const attempts = [...HEALTHY, ...answers(20, 60_000, 68_000), ...answers(50, 68_000, 100_000)];
    const ms = recoveryMs(runRecord({ attempts }));
    expect(ms).toBeGreaterThan(6_500);
    expect(ms).toBeLessThanOrEqual(8_000);
  });

  it("never comes where they never do", () => {
    expect(recoveryMs(runRecord({ attempts: [...HEALTHY, ...answers(40, 60_000, 100_000)] }))).toBe(
      Infinity,
    );
    expect(recoveryMs(runRecord({ attempts: HEALTHY }))).toBe(Infinity);
  });

  it("does not take wasted attempts for answers", () => {
    const wasted = answers(50, 60_000, 100_000).map((each) => ({
      ...each,
      outcome: "locked" as const,
    }));
    expect(recoveryMs(runRecord({ attempts: [...HEALTHY, ...wasted] }))).toBe(Infinity);
  });
});
