import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bucketIndex, MAPPING_SCALE } from "./bucket-index.ts";
import {
  countAbove,
  ExponentialHistogram,
  type HistogramData,
  mergeHistograms,
  quantileOf,
} from "./histogram.ts";

const duration = fc.oneof(
  fc.double({ min: 1e-6, max: 1e4, noNaN: true }),
  fc.double({ min: 2 ** -1022, max: Number.MAX_VALUE, noNaN: true }),
  fc.integer({ min: -1022, max: 1023 }).map((exponent) => 2 ** exponent),
  fc.constant(0),
);
const durations = fc.array(duration, { maxLength: 60 });

function histogramOf(values: readonly number[], scaleMax = MAPPING_SCALE): ExponentialHistogram {
  const histogram = new ExponentialHistogram({ scaleMax });
  for (const value of values) histogram.record(value);
  return histogram;
}

/** All but the sum, which is a sum of doubles and so depends on the order. */
function exactParts(data: HistogramData): HistogramData {
  return { ...data, sum: 0 };
}

describe("bucketIndex", () => {
  it("puts every value strictly above its bucket's lower bound and not above its upper one", () => {
    fc.assert(
      fc.property(fc.double({ min: 2 ** -1022, max: Number.MAX_VALUE, noNaN: true }), (value) => {
        const index = bucketIndex(value);
        const octave = Math.floor(index / 32);
        const mantissa = value / 2 ** octave;
        expect(mantissa).toBeGreaterThan(2 ** ((index - octave * 32) / 32));
        expect(mantissa).toBeLessThanOrEqual(2 ** ((index - octave * 32 + 1) / 32));
      }),
      { numRuns: 5000 },
    );
  });

  it.each([
    [1, -1],
    [1 + Number.EPSILON, 0],
    [2, 31],
    [2 + 4 * Number.EPSILON, 32],
    [0.5, -33],
    [2 ** -1022, -1022 * 32 - 1],
    [Number.MAX_VALUE, 1024 * 32 - 1],
  ])("maps %d to bucket %d", (value, index) => {
    expect(bucketIndex(value)).toBe(index);
  });
});

describe("ExponentialHistogram", () => {
  it("is the same whether recorded whole or merged from parts, whatever the parts' scales", () => {
    fc.assert(
      fc.property(fc.array(durations, { maxLength: 5 }), fc.boolean(), (parts, asData) => {
        const whole = histogramOf(parts.flat()).data();
        const merged = new ExponentialHistogram();
        for (const part of parts)
          merged.merge(asData ? histogramOf(part).data() : histogramOf(part));
        expect(exactParts(merged.data())).toEqual(exactParts(whole));
        const listed = mergeHistograms(parts.map((part) => histogramOf(part).data()));
        expect(listed && exactParts(listed)).toEqual(
          whole.count === 0 ? undefined : exactParts(whole),
        );
        const ratio =
          whole.sum === 0 || whole.sum === Number.POSITIVE_INFINITY ? 1 : merged.sum / whole.sum;
        expect(ratio).toBeCloseTo(1, 9);
      }),
      { numRuns: 1000 },
    );
  });

  it("takes the coarser scale of the two, also from a part that is finer than itself", () => {
    const values = [0.011, 0.5, 0.7, 0.71];
    const coarse = histogramOf(values, 2).data();
    for (const [mine, theirs] of [
      [2, 5],
      [5, 2],
    ] as const) {
      const merged = histogramOf(values.slice(0, 2), mine);
      merged.merge(histogramOf(values.slice(2), theirs));
      expect(exactParts(merged.data())).toEqual(exactParts(coarse));
    }
  });

  it("gives each quantile to within (g - 1) / (g + 1) of the value of that rank", () => {
    fc.assert(
      fc.property(
        fc.array(duration, { minLength: 1, maxLength: 80 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (values, q) => {
          const histogram = histogramOf(values);
          const sorted = values.toSorted((a, b) => a - b);
          const exact = sorted[Math.max(1, Math.ceil(q * values.length)) - 1]!;
          const growth = 2 ** (2 ** -histogram.data().scale);
          const bound = growth === Number.POSITIVE_INFINITY ? 1 : (growth - 1) / (growth + 1);
          expect(Math.abs(histogram.quantile(q) - exact)).toBeLessThanOrEqual(
            exact * bound * (1 + 1e-9),
          );
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("holds a factor of 32 at scale 5 and 1 ms to 1 h at scale 2", () => {
    expect(histogramOf([0.1, 3.1]).data().scale).toBe(5);
    expect(histogramOf([0.1, 3.3]).data().scale).toBe(4);
    expect(histogramOf([0.001, 3600]).data().scale).toBe(2);
  });

  it("never has more buckets than its limit, and keeps every count", () => {
    fc.assert(
      fc.property(durations, fc.integer({ min: 2, max: 20 }), (values, bucketsMax) => {
        const histogram = new ExponentialHistogram({ bucketsMax });
        for (const value of values) histogram.record(value);
        const { counts, zeroCount, count } = histogram.data();
        expect(counts.length).toBeLessThanOrEqual(bucketsMax);
        expect(counts.reduce((sum, n) => sum + n, zeroCount)).toBe(count);
        expect(count).toBe(values.length);
      }),
    );
  });

  it("is as new after a reset", () => {
    const histogram = histogramOf([1e-9, 1e9, 0]);
    histogram.reset();
    expect(histogram.data()).toEqual(new ExponentialHistogram().data());
    histogram.record(0.25, 3);
    expect(histogram.data()).toEqual({
      scale: 5,
      count: 3,
      sum: 0.75,
      min: 0.25,
      max: 0.25,
      zeroCount: 0,
      offset: -65,
      counts: [3],
    });
  });

  it("counts what is not above zero as zero, and drops what is no number", () => {
    const histogram = histogramOf([-1, 0, 5e-324, Number.NaN, Number.POSITIVE_INFINITY]);
    histogram.record(1, 0);
    histogram.record(1, Number.NaN);
    histogram.record(1, -2);
    expect(histogram.data()).toMatchObject({
      count: 3,
      zeroCount: 3,
      sum: 0,
      min: 0,
      max: 0,
      counts: [],
    });
  });

  it("says NaN, not zero, when it is empty", () => {
    const { min, max, count } = new ExponentialHistogram();
    expect([min, max, count, new ExponentialHistogram().quantile(0.5)]).toEqual([
      Number.NaN,
      Number.NaN,
      0,
      Number.NaN,
    ]);
    expect(mergeHistograms([])).toBeUndefined();
  });

  it.each([
    { scaleMax: 6 },
    { scaleMax: -11 },
    { scaleMax: 0.5 },
    { bucketsMax: 1 },
    { bucketsMax: 1025 },
  ])("refuses %o", (options) => {
    expect(() => new ExponentialHistogram(options)).toThrow(
      expect.objectContaining({ code: "ERR_HISTOGRAM_SCALE" }),
    );
  });
});

describe("quantileOf", () => {
  it("is within 1.1 % everywhere in a bucket, its upper end included", () => {
    const values = Array.from({ length: 1000 }, (_, i) => 1 + i / 1000);
    const data = histogramOf(values).data();
    const worst = values.map((value, i) => Math.abs(quantileOf(data, (i + 1) / 1000) / value - 1));
    expect(data.scale).toBe(5);
    expect(Math.max(...worst)).toBeLessThan(0.0109);
  });

  it("is the maximum at 1, the minimum at 0, and never outside the two", () => {
    const data = histogramOf([0.9, 1.01, 1.02]).data();
    expect(quantileOf(data, 1)).toBe(1.02);
    expect(quantileOf(data, 0)).toBeCloseTo(0.9, 1);
    expect(quantileOf(data, 0)).toBeGreaterThanOrEqual(0.9);
    expect(quantileOf(data, Number.NaN)).toBeNaN();
  });
});

describe("countAbove", () => {
  it("is within one bucket's share of the true count", () => {
    fc.assert(
      fc.property(durations, duration, (values, threshold) => {
        const histogram = histogramOf(values).data();
        const growth = 2 ** (2 ** -histogram.scale) * (1 + 1e-9);
        const above = countAbove(histogram, threshold);
        expect(above).toBeGreaterThanOrEqual(
          values.filter((value) => value > threshold * growth).length - 1e-6,
        );
        expect(above).toBeLessThanOrEqual(
          values.filter((value) => value * growth > threshold && value > 0).length + 1e-6,
        );
      }),
    );
  });
});
