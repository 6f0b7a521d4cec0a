import { ExponentialHistogram } from "@headway/core/signals";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { spreadValues } from "./spread-values.ts";

describe("spreadValues", () => {
  it("keeps the count, the sum and each value to within its bucket's error", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constant(0), fc.double({ min: 1e-4, max: 1e4, noNaN: true })), {
          minLength: 1,
          maxLength: 60,
        }),
        (values) => {
          const histogram = new ExponentialHistogram();
          for (const value of values) histogram.record(value);
          const data = histogram.data();
          const spread = spreadValues(data).flatMap(({ value, count }) =>
            Array.from({ length: count }, () => value),
          );
          expect(spread).toHaveLength(values.length);
          expect(spread.reduce((sum, value) => sum + value, 0)).toBeCloseTo(data.sum, 6);
          // Half a bucket for its middle, and as much again for the factor that makes the sum right.
          const bound = 2 ** (2 ** -data.scale);
          values
            .toSorted((a, b) => a - b)
            .forEach((value, i) => {
              expect(spread[i]!).toBeLessThanOrEqual(value * bound * (1 + 1e-9));
              expect(spread[i]!).toBeGreaterThanOrEqual((value / bound) * (1 - 1e-9));
            });
        },
      ),
    );
  });
});
