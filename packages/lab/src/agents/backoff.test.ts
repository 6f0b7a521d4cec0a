import { describe, expect, it } from "vitest";
import { randomStream } from "../simulation/random.ts";
import { createBackoff } from "./backoff.ts";

const HALF = () => 0.5;

describe("a back-off", () => {
  it.each([
    [{ kind: "none" }, [0, 0, 0]],
    [{ kind: "fixed", ms: 300 }, [300, 300, 300]],
    [{ kind: "exponential", baseMs: 500, factor: 2, maxMs: 1_500, jitter: 0 }, [500, 1_000, 1_500]],
    [{ kind: "exponential", baseMs: 500, factor: 2, maxMs: 8_000, jitter: 0.5 }, [375, 750, 1_500]],
    [{ kind: "exponential", baseMs: 500, factor: 3, maxMs: 8_000, jitter: 1 }, [250, 750, 2_250]],
  ] as const)("of %o waits %o before the first three retries", (spec, waits) => {
    const backoff = createBackoff(spec, HALF);
    expect([1, 2, 3].map(backoff)).toEqual(waits);
  });

  it("draws evenly from nothing to the whole with full jitter", () => {
    const spec = {
      kind: "exponential",
      baseMs: 1_000,
      factor: 2,
      maxMs: 8_000,
      jitter: 1,
    } as const;
    const backoff = createBackoff(spec, randomStream(1, "backoff"));
    const waits = Array.from({ length: 4_000 }, () => backoff(1)).sort((a, b) => a - b);
    expect(waits[400]).toBeGreaterThan(70);
    expect(waits[400]).toBeLessThan(130);
    expect(waits[3_600]).toBeGreaterThan(870);
    expect(waits.at(-1)).toBeLessThanOrEqual(1_000);
  });
});
