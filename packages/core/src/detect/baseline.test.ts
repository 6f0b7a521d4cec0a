import { describe, expect, it } from "vitest";
import { Baseline } from "./baseline.ts";
import type { Sample } from "./baseline.ts";
import { normal, seeded } from "./fixtures/windows.ts";

const plain = (value: number, count = 1, variance = 0): Sample => ({ value, count, variance });

function learned(samples: readonly Sample[]): Baseline {
  const baseline = new Baseline();
  for (const sample of samples) baseline.learn(sample);
  return baseline;
}

/** Means of `count` values of variance 1, which share a deviation of `shared` within their window. */
function means(count: number, shared: number, windows: number, seed: number): readonly Sample[] {
  const random = seeded(seed);
  return Array.from({ length: windows }, () =>
    plain(shared * normal(random) + normal(random) / Math.sqrt(count), count, 1),
  );
}

describe("a baseline", () => {
  it("is ready after thirty windows", () => {
    expect(learned(means(10, 0, 29, 1)).isReady).toBe(false);
    expect(learned(means(10, 0, 30, 1)).isReady).toBe(true);
  });

  it("expects less chance of a mean of more, where its observations are independent", () => {
    const baseline = learned(means(25, 0, 2_000, 2));
    expect(baseline.compare(plain(0, 25, 1)).scale).toBeCloseTo(0.2, 1);
    expect(baseline.compare(plain(0, 2_500, 1)).scale).toBeLessThan(0.08);
  });

  it("expects no less of it, where those of one window share their fate", () => {
    const baseline = learned(means(100, 0.5, 2_000, 3));
    expect(baseline.compare(plain(0, 100, 1)).scale).toBeGreaterThan(0.45);
    expect(baseline.compare(plain(0, 10_000, 1)).scale).toBeGreaterThan(0.4);
  });

  it("knows from other windows how far a single call may stray, which tells nothing of it itself", () => {
    const random = seeded(9);
    const single = () => plain(normal(random), 1, 0);
    const pair = () => plain(normal(random) / Math.SQRT2, 2, 1);
    const baseline = learned(Array.from({ length: 200 }, (_, at) => (at % 2 ? single() : pair())));
    expect(baseline.compare(plain(0, 1, 0)).scale).toBeGreaterThan(0.8);
    // Two calls that happen to agree are no reason to expect the like of the next.
    expect(baseline.compare(plain(0, 2, 0)).scale).toBeGreaterThan(0.5);
  });

  it("makes standard normal residuals of what it has learned", () => {
    const samples = means(20, 0.2, 6_000, 4);
    const baseline = learned(samples.slice(0, 3_000));
    const zs = samples
      .slice(3_000)
      .map((sample) => baseline.compare(sample))
      .map(({ residual, scale }) => residual / scale);
    const mean = zs.reduce((sum, z) => sum + z, 0) / zs.length;
    const variance = zs.reduce((sum, z) => sum + z * z, 0) / zs.length;
    expect(Math.abs(mean)).toBeLessThan(0.1);
    expect(variance).toBeGreaterThan(0.8);
    expect(variance).toBeLessThan(1.15);
  });

  it("widens its scale where neighbouring windows are alike, as a cumulative sum needs", () => {
    const random = seeded(5);
    const independent = learned(Array.from({ length: 3_000 }, () => plain(normal(random))));
    let level = 0;
    // An autoregression of variance 1 and correlation 0.6: the factor is √((1 + 0.6) / (1 − 0.6)) = 2.
    const alike = learned(
      Array.from({ length: 3_000 }, () => plain((level = 0.6 * level + 0.8 * normal(random)))),
    );
    const ratio = alike.compare(plain(0)).scale / independent.compare(plain(0)).scale;
    expect(ratio).toBeGreaterThan(1.6);
    expect(ratio).toBeLessThan(2.4);
  });

  it("learns what follows from the load, and excuses no load beyond what it knows", () => {
    const random = seeded(6);
    const baseline = new Baseline();
    for (let window = 0; window < 3_000; window += 1) {
      const covariate = 2 + Math.sin(window / 100);
      baseline.learn({ ...plain(0.5 * covariate + 0.05 * normal(random)), covariate });
    }
    expect(baseline.slope).toBeGreaterThan(0.4);
    expect(Math.abs(baseline.compare({ ...plain(1.5), covariate: 3 }).residual)).toBeLessThan(0.15);
    expect(baseline.compare({ ...plain(5), covariate: 10 }).residual).toBeGreaterThan(3);
  });

  it("is moved little by a spike, and by what it is told to learn slowly", () => {
    const calm = means(20, 0.1, 1_000, 7);
    const before = learned(calm).location;
    expect(Math.abs(learned([...calm, plain(1_000, 20, 1)]).location - before)).toBeLessThan(0.01);
    const slow = learned(calm);
    for (let window = 0; window < 100; window += 1) slow.learn(plain(5, 20, 1), 1 / 20);
    const fast = learned(calm);
    for (let window = 0; window < 100; window += 1) fast.learn(plain(5, 20, 1));
    expect(slow.location - before).toBeLessThan((fast.location - before) / 5);
  });
});
