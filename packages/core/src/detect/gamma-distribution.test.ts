import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gammaCdf, gammaQuantile, logGamma } from "./gamma-distribution.ts";

describe("gamma distribution", () => {
  it.each([
    [0.5, Math.log(Math.sqrt(Math.PI))],
    [1, 0],
    [5, Math.log(24)],
    [11, Math.log(3_628_800)],
    [0.1, 2.252712651734206],
  ])("log Γ(%d) = %d", (x, value) => {
    expect(logGamma(x)).toBeCloseTo(value, 11);
  });

  it.each([0.1, 1, 3, 20])("is exponential at shape 1 (x = %d)", (x) => {
    expect(gammaCdf(x, 1, 0.5)).toBeCloseTo(1 - Math.exp(-x / 2), 12);
  });

  // Upper percentage points of chi-square, which is Gamma(n/2, 1/2).
  it.each([
    [1, 3.841459, 0.95],
    [10, 18.307038, 0.95],
    [10, 3.940299, 0.05],
    [100, 135.806723, 0.99],
    [1_000, 1_106.968994, 0.99],
  ])(
    "agrees with the table of chi-square with %d degrees of freedom at %d",
    (degrees, x, probability) => {
      expect(gammaCdf(x, degrees / 2, 0.5)).toBeCloseTo(probability, 6);
      expect(gammaQuantile(probability, degrees / 2, 0.5)).toBeCloseTo(x, 3);
    },
  );

  it("is the Poisson sum at whole shapes: P(Gamma(n) ≤ x) = P(Poisson(x) ≥ n)", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.double({ min: 0.01, max: 120, noNaN: true }),
        (shape, x) => {
          let term = Math.exp(-x);
          let below = 0;
          for (let count = 0; count < shape; count += 1) {
            below += term;
            term *= x / (count + 1);
          }
          expect(gammaCdf(x, shape, 1)).toBeCloseTo(1 - below, 9);
        },
      ),
    );
  });

  it("stays a probability, grows with x, and is undone by its quantile", () => {
    const shape = fc.double({ min: 0.5, max: 1e5, noNaN: true });
    const probability = fc.double({ min: 0.001, max: 0.999, noNaN: true });
    fc.assert(
      fc.property(
        shape,
        probability,
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        (a, p, rate) => {
          const x = gammaQuantile(p, a, rate);
          expect(gammaCdf(x, a, rate)).toBeCloseTo(p, 6);
          expect(gammaCdf(x * 1.1, a, rate)).toBeGreaterThanOrEqual(gammaCdf(x, a, rate));
        },
      ),
      { numRuns: 60 },
    );
    expect(gammaCdf(0, 3, 1)).toBe(0);
    expect(gammaCdf(Infinity, 3, 1)).toBe(1);
  });
});
