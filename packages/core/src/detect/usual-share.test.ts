import { describe, expect, it } from "vitest";
import { UsualShare } from "./usual-share.ts";

/** The prior is half a bad trial in fifty. */
const shareOf = (bad: number, trials: number): number => (bad + 0.5) / (trials + 50);

describe("the usual share", () => {
  it("is the prior's at first, and then what was seen", () => {
    const usual = new UsualShare();
    expect(usual.share).toBe(0.01);
    usual.observe(5, 100, "at zero");
    expect(usual.share).toBeCloseTo(shareOf(5, 100), 9);
  });

  it("learns an excursion that comes back to zero, whole", () => {
    const usual = new UsualShare();
    usual.observe(5, 50, "excursion");
    usual.observe(3, 50, "excursion");
    expect(usual.trials).toBe(0);
    usual.observe(0, 100, "at zero");
    expect(usual.share).toBeCloseTo(shareOf(8, 200), 4);
  });

  it("forgets an excursion that ends in an alarm, whole", () => {
    const usual = new UsualShare();
    usual.observe(30, 50, "excursion");
    usual.observe(40, 50, "alarm");
    usual.observe(0, 100, "at zero");
    expect(usual.share).toBeCloseTo(shareOf(0, 100), 9);
  });

  it("learns the oldest of an excursion that does not end", () => {
    const usual = new UsualShare();
    for (let window = 0; window < 60; window += 1) usual.observe(1, 10, "excursion");
    expect(usual.trials).toBe(0);
    usual.observe(1, 10, "excursion");
    expect(usual.trials).toBe(10);
  });

  it.each([
    [0, 0.002],
    [900, 0.3],
  ])("of %i bad trials in a thousand is taken for %d", (bad, share) => {
    const usual = new UsualShare();
    for (let window = 0; window < 100; window += 1) usual.observe(bad, 1_000, "at zero");
    expect(usual.share).toBe(share);
  });

  it("says how much more than a binomial's the bad trials vary", () => {
    const [clumped, spread] = [new UsualShare(), new UsualShare()];
    for (let window = 0; window < 2_000; window += 1) {
      clumped.observe(window % 10 === 0 ? 10 : 0, 50, "at zero");
      spread.observe(1, 50, "at zero");
    }
    // Ten in one window where one is expected, nine times none: (9² + 9 · 1²) / 10 of about one.
    expect(clumped.dispersion).toBeGreaterThan(7);
    expect(clumped.dispersion).toBeLessThan(11);
    expect(spread.dispersion).toBe(1);
  });
});
