import { describe, expect, it } from "vitest";
import { sampleOf } from "./fixtures/seconds.ts";
import type { Second } from "./fixtures/seconds.ts";
import type { UsualPace } from "./slowness.ts";
import { Strain } from "./strain.ts";

/** Forty-eight answers a second of half a second each. */
const usual: UsualPace = { latencyS: 0.5, inFlight: 24, rate: 48, oldShare: 0 };
const healthy: Second = { ok: 48, inFlight: 24, ages: [[0.2, 24]] };

class Feed {
  readonly strain = new Strain();
  nowMs = 0;

  /** Whether it was strained, second by second. */
  say(...seconds: readonly Second[]): boolean[] {
    return seconds.map((second) => {
      this.nowMs += 1_000 * (second.seconds ?? 1);
      return this.strain.observe(sampleOf(this.nowMs, second), usual);
    });
  }
}

const times = <T>(count: number, one: T): T[] => Array.from({ length: count }, () => one);

/** Of 48 calls a second so large a share hangs, until its callers give up after 4 s; the others are answered as ever. */
function hanging(...shares: readonly number[]): Second[] {
  return shares.map((share, at) => {
    const stuck = shares.slice(Math.max(at - 3, 0), at + 1).reduce((sum, one) => sum + 48 * one, 0);
    return {
      ok: 48 * (1 - share),
      timeout: 48 * (shares[at - 4] ?? 0),
      inFlight: 24 * (1 - share) + stuck,
      ages: [
        [0.2, 24 * (1 - share)],
        [2, stuck],
      ],
    };
  });
}

/** All of its servers have become four times as slow. */
const slowed: readonly Second[] = [
  {
    ok: 12,
    inFlight: 60,
    ages: [
      [0.2, 20],
      [1, 40],
    ],
  },
  {
    ok: 0,
    inFlight: 90,
    ages: [
      [0.2, 30],
      [1.5, 60],
    ],
  },
  ...times<Second>(4, {
    slow: 12,
    slowS: 2,
    inFlight: 90,
    ages: [
      [0.2, 12],
      [1.5, 78],
    ],
  }),
];

describe("a dependency", () => {
  it("is not under strain while all is well, nor while nothing is known of it", () => {
    expect(new Feed().say(...times(20, healthy))).not.toContain(true);
    const strain = new Strain();
    expect(strain.observe(sampleOf(0, { slow: 40, slowS: 60 }), undefined)).toBe(false);
  });

  it("is from the first sign on, and until 3 s after the last", () => {
    const feed = new Feed();
    feed.say(...times(5, healthy));
    expect(feed.say(slowed[0]!)).toEqual([true]);
    expect(feed.say(...times(3, healthy))).toEqual([true, true, false]);
  });

  it("is for as long as it is slow: what is fast or overdue then takes nothing back", () => {
    const feed = new Feed();
    feed.say(...times(5, healthy));
    expect(feed.say(...slowed)).not.toContain(false);
    expect(feed.strain.areFast).toBe(false);
  });

  it("is no longer when most come back as fast as ever, though every fifth call hangs", () => {
    const feed = new Feed();
    feed.say(...times(5, healthy));
    const [first, ...others] = feed.say(...hanging(...times(20, 0.2)));
    expect(first).toBe(true);
    expect(others).not.toContain(true);
    expect(feed.strain.areFast).toBe(true);
  });

  it("stays so where every second call hangs", () => {
    const feed = new Feed();
    feed.say(...times(5, healthy));
    expect(feed.say(...hanging(...times(20, 0.5)))).not.toContain(false);
  });

  it("is not judged by what was answered before the sign", () => {
    const feed = new Feed();
    feed.say(...times(5, healthy));
    feed.say(slowed[0]!);
    // Forty-eight a second before it, and none since.
    expect(feed.strain.window.sum("good")).toBe(12);
    expect(feed.say(slowed[1]!)).toEqual([true]);
  });

  it("is again as soon as answers themselves are slow", () => {
    const feed = new Feed();
    feed.say(...times(5, healthy), ...hanging(...times(10, 0.2)));
    expect(feed.say({ ok: 5, slow: 20, slowS: 2, inFlight: 60 })).toEqual([true]);
    expect(feed.strain.areFast).toBe(false);
  });

  it("is again when less than half come back fast, not as soon as less than three fifths do", () => {
    const feed = new Feed();
    feed.say(...times(5, healthy));
    const shares = [...times(10, 0.2), ...times(6, 0.45), ...times(4, 0.6)];
    const are = feed.say(...hanging(...shares));
    expect(are.slice(1, 16)).not.toContain(true);
    expect(are.at(-1)).toBe(true);
  });

  it("is again at the first sign, once there was none for 3 s", () => {
    const feed = new Feed();
    feed.say(...times(5, healthy), ...hanging(...times(10, 0.2)));
    expect(feed.say(...times(2, healthy))).toEqual([false, false]);
    expect(feed.strain.areFast).toBe(true);
    feed.say(...times(2, healthy));
    expect(feed.strain.areFast).toBe(false);
    expect(feed.say(...hanging(0.2, 0.2))).toEqual([true, false]);
  });

  it("counts each attempt that is late once: when it gets old, or when it ends", () => {
    const feed = new Feed();
    const late = (second: Second): number => {
      feed.say(second);
      return feed.strain.window.last!.late;
    };
    expect(late(healthy)).toBe(0);
    expect(late({ ...healthy, ages: [[2, 8]] })).toBe(8);
    // They are still open; then they end, four with an answer, four without.
    expect(late({ ...healthy, ages: [[3, 8]] })).toBe(0);
    expect(late({ ...healthy, slow: 4, slowS: 3.5, timeout: 4 })).toBe(0);
    // These were not seen while they were open.
    expect(late({ ...healthy, slow: 1, timeout: 2 })).toBe(3);
  });
});

describe("how many are old", () => {
  it("is a share of those whose age is known", () => {
    const strain = new Strain();
    expect(
      strain.oldShare(
        sampleOf(0, {
          ages: [
            [1, 6],
            [0.1, 18],
          ],
        }),
        0.5,
      ),
    ).toBe(0.25);
    expect(strain.oldShare(sampleOf(0, {}), 0.5)).toBe(0);
  });
});
