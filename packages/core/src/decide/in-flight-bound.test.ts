import { describe, expect, it } from "vitest";
import { CONTROL_PARAMETERS } from "./control-parameters.ts";
import { sampleOf } from "./fixtures/seconds.ts";
import type { Second } from "./fixtures/seconds.ts";
import { InFlightBound } from "./in-flight-bound.ts";
import type { BoundView } from "./in-flight-bound.ts";

class Feed {
  readonly bound = new InFlightBound();
  nowMs = 0;

  say(second: Second, count = 1, timeoutS: number | undefined = 4): BoundView {
    let view: BoundView | undefined;
    for (let at = 0; at < count; at += 1) {
      this.nowMs += 1_000;
      view = this.bound.observe({ sample: sampleOf(this.nowMs, second), timeoutS });
    }
    return view!;
  }
}

const { timeoutShare } = CONTROL_PARAMETERS;
const healthy: Second = { ok: 48, inFlight: 24 };

describe("the standing bound", () => {
  it("is unknown until it has seen some seconds of answers, and while no time-out is known", () => {
    const feed = new Feed();
    expect(feed.say(healthy, 5).bound).toBeUndefined();
    expect(feed.say(healthy, 3).bound).toBeDefined();
    expect(feed.say(healthy, 1, undefined).bound).toBeDefined();
    expect(new Feed().say(healthy, 20, Number.NaN).isRelaxed).toBe(false);
  });

  it("is rate times the share of the time-out that may be spent at the dependency", () => {
    expect(new Feed().say(healthy, 20, 20).bound).toBeCloseTo(48 * timeoutShare * 20);
  });

  it("is wide for a healthy fleet: as it is in good times, and twice what is used", () => {
    const feed = new Feed();
    const view = feed.say(healthy, 20);
    expect(view).toMatchObject({ isStrained: false, isWide: true });
    expect(view.bound).toBeGreaterThanOrEqual(2 * 24);
    expect(feed.say({ ok: 48, inFlight: 50 })).toMatchObject({ isStrained: false, isWide: true });
  });

  it("is relaxed where little of it is used: nobody is held to a share", () => {
    const feed = new Feed();
    expect(feed.say(healthy, 20, 20).isRelaxed).toBe(true);
    expect(feed.say({ ok: 48, inFlight: 24, waiting: 400 }, 1, 20)).toMatchObject({
      isRelaxed: false,
      isWide: true,
    });
  });

  it("grows with a fleet that grows while answers stay as fast", () => {
    const feed = new Feed();
    feed.say(healthy, 20);
    const halfAsMuchAgain = 1.4 * 110;
    expect(feed.say({ ok: 200, inFlight: 100, waiting: 10 }, 6).bound).toBeGreaterThan(
      halfAsMuchAgain,
    );
  });

  it("grows with one whose calls take a third of the time-out", () => {
    const feed = new Feed();
    feed.say({ ok: 10, latencyS: 1.4, inFlight: 14 }, 20);
    const { bound } = feed.say({ ok: 40, latencyS: 1.4, inFlight: 56, waiting: 4 }, 6);
    expect(bound).toBeGreaterThan(1.3 * 60);
  });

  it("is no smaller in a quiet night than a guess would be", () => {
    expect(new Feed().say({ ok: 1, inFlight: 1 }, 20).bound ?? Infinity).toBeGreaterThanOrEqual(16);
  });

  it("binds when in flight rises and answers fall, before a slow answer has come back", () => {
    const feed = new Feed();
    feed.say(healthy, 20);
    const view = feed.say({ ok: 18, inFlight: 72 });
    expect(view).toMatchObject({ isStrained: true, isRelaxed: false });
    expect(view.bound).toBeLessThan(48);
  });

  it("does not mistake a burst for a slow-down: answers keep coming", () => {
    const feed = new Feed();
    feed.say(healthy, 20);
    expect(feed.say({ ok: 44, inFlight: 72 }).isStrained).toBe(false);
  });

  it.each([
    ["answers take more than twice as long", { ok: 40, latencyS: 1.2, inFlight: 40 }, true],
    ["answers take a little longer", { ok: 40, latencyS: 0.8, inFlight: 40 }, false],
    ["one caller in a hundred times out", { ok: 99, timeout: 1, inFlight: 24 }, false],
    ["one in ten times out", { ok: 45, timeout: 5, inFlight: 24 }, true],
  ] as const)("is strained or not when %s", (_, second, isStrained) => {
    const feed = new Feed();
    feed.say(healthy, 20);
    expect(feed.say(second).isStrained).toBe(isStrained);
  });

  it("does not learn from trouble what is usual", () => {
    const feed = new Feed();
    feed.say(healthy, 20);
    feed.say({ ok: 16, latencyS: 2, inFlight: 60, waiting: 50 }, 120);
    expect(feed.bound.usualLatencyS).toBeCloseTo(0.5, 1);
  });

  it("keeps what was usual, and half as much again, in any strain", () => {
    const feed = new Feed();
    feed.say(healthy, 20);
    const slow = feed.say({ ok: 16, latencyS: 2, inFlight: 60, waiting: 50 }, 10);
    expect(slow.bound).toBeCloseTo(1.5 * 24, 0);
    const lull = feed.say({ ok: 1, latencyS: 2, inFlight: 36, waiting: 50 }, 3);
    expect(lull.bound).toBeCloseTo(1.5 * 24, -1);
  });

  it("takes off what timed out lately: the dependency is still at work on it", () => {
    const feed = new Feed();
    feed.say(healthy, 20);
    feed.say({ ok: 16, latencyS: 2, inFlight: 60, waiting: 50 }, 10);
    const dying = feed.say({ ok: 8, timeout: 10, latencyS: 3, inFlight: 36, waiting: 50 }, 5);
    // Of four seconds' patience two fifths count: the ticks of two seconds.
    expect(dying.bound).toBeCloseTo(1.5 * 24 - 2 * 10, 0);
    expect(feed.say({ timeout: 50, inFlight: 36, waiting: 50 }, 2).bound).toBe(1);
    expect(feed.say({ ok: 16, latencyS: 2, inFlight: 40, waiting: 50 }, 3).bound).toBeCloseTo(
      36,
      0,
    );
  });

  it("is granted beyond itself for what stands idle on its way from holder to holder, the more the shorter attempts are", () => {
    const granted = (latencyS: number): number => {
      const feed = new Feed();
      feed.say({ ok: 24 / latencyS, latencyS, inFlight: 24 }, 20);
      // Three times as slow, and of the 36 that may be in flight a third is.
      const slow = { ok: 12 / (3 * latencyS), latencyS: 3 * latencyS, inFlight: 12, waiting: 50 };
      return feed.say(slow, 20, 60).bound!;
    };
    expect(granted(0.1)).toBeCloseTo(36 * (1 + 0.5 / 0.3), -1);
    expect(granted(2)).toBeCloseTo(36 * (1 + 0.5 / 6), -1);
  });

  it("learns the usual from the time that answers take, not from what processes say is in flight", () => {
    const feed = new Feed();
    feed.say({ ok: 48, inFlight: 65 }, 20);
    const slow = feed.say({ ok: 16, latencyS: 2, inFlight: 60, waiting: 50 }, 5);
    expect(slow.bound).toBeCloseTo(1.5 * 24, 0);
  });

  it("comes back by a quarter a second when answers are good again, as far as they stay as fast", () => {
    const feed = new Feed();
    feed.say(healthy, 20);
    feed.say({ ok: 8, latencyS: 2, inFlight: 36, waiting: 200 }, 20);
    const good = { ok: 64, latencyS: 0.5, inFlight: 48, waiting: 200 };
    const strained = feed.say(good, 2);
    expect(strained).toMatchObject({ isStrained: true, isWide: false });
    expect(strained.bound).toBeCloseTo(36, 0);
    const growing = feed.say(good, 1);
    expect(growing.isStrained).toBe(false);
    expect(growing.bound).toBeCloseTo(45, 0);
    // Sixty-four a second of half a second each are 32 in flight, and half as many again may be on their way.
    expect(feed.say(good, 10).bound).toBeCloseTo(1.5 * 32, 0);
  });

  it("comes back from next to nothing to what was usual as fast, though so few answers come that they would need no more", () => {
    const feed = new Feed();
    const usual = { latencyS: 0.5, inFlight: 24, rate: 48, ratePeak: 48, oldShare: 0 };
    feed.bound.restore({ ...usual, bound: 2 });
    const few = { ok: 2, inFlight: 40, waiting: 900, ages: [[0.1, 40]] } as const;
    expect(feed.say({ ...few, inFlight: 20 }).bound).toBeCloseTo(2.5);
    // Nor is so little taken for usual: the fleet was held back.
    expect(feed.say({ ...few, inFlight: 20 }, 14).bound).toBeGreaterThan(24);
  });

  it.each<[string, Second, number]>([
    ["nobody calls", {}, 5],
    ["few are answered, and nobody waits", { ok: 2, inFlight: 1 }, 7],
  ])("forgets in two minutes what was usual where %s", (_, second, bound) => {
    const feed = new Feed();
    feed.say(healthy, 20);
    feed.say(second, 120);
    const slow = { ok: 8, latencyS: 2, inFlight: 60, waiting: 90 };
    expect(Math.abs(feed.say(slow, 1).bound! - bound)).toBeLessThan(3);
  });

  it("works for answers that take many seconds", () => {
    const feed = new Feed();
    feed.say({ ok: 5, latencyS: 20, inFlight: 100 }, 40, 120);
    const slow = feed.say({ ok: 2, latencyS: 50, inFlight: 150, waiting: 100 }, 60, 120);
    expect(slow.isStrained).toBe(true);
    expect(slow.bound).toBeGreaterThanOrEqual(100);
  });

  it("learns from the first seconds, even where all that follows the first and quickest answers looks slow", () => {
    const feed = new Feed();
    feed.say({ ok: 6, latencyS: 0.2, inFlight: 20 });
    const view = feed.say({ ok: 48, latencyS: 0.5, inFlight: 24 }, 9);
    expect(view.bound).toBeDefined();
    expect(feed.bound.usualLatencyS).toBeCloseTo(0.5, 1);
    expect(feed.say({ ok: 48, latencyS: 0.5, inFlight: 24 }, 5)).toMatchObject({
      isStrained: false,
      isWide: true,
    });
  });

  it("adds what hangs, and takes nothing off for what times out, where most come back as fast as ever", () => {
    const granted = (stuck: number, timeout: number): number => {
      const feed = new Feed();
      feed.say(healthy, 20);
      const hanging = (open: number, ends: number): Second => ({
        ok: 38,
        timeout: ends,
        inFlight: 19 + open,
        ages: [
          [0.2, 19],
          [2, open],
        ],
      });
      const first = feed.say(hanging(stuck / 4, 0));
      expect(first.isStrained).toBe(stuck > 0);
      // What is old may be at work, as long as the strain is not taken back.
      if (first.isStrained) expect(first.bound).toBe(1.5 * 24);
      for (const share of [2, 3, 4]) feed.say(hanging((share * stuck) / 4, 0));
      const view = feed.say(hanging(stuck, timeout), 10);
      expect(view.isStrained).toBe(false);
      return view.bound!;
    };
    // Every fifth call hangs, until its caller gives up after four seconds.
    expect(granted(40, 10)).toBeCloseTo(granted(0, 0) + 40, 0);
  });

  it("is relaxed where little of it is used but for what hangs", () => {
    const feed = new Feed();
    feed.say(healthy, 20, 20);
    let view: BoundView | undefined;
    for (let stuck = 20; stuck <= 100; stuck += 20)
      view = feed.say(
        {
          ok: 38,
          inFlight: 19 + stuck,
          ages: [
            [0.2, 19],
            [2, stuck],
          ],
        },
        1,
        20,
      );
    expect(view).toMatchObject({ isStrained: false, isRelaxed: true });
  });

  it("is lifted in a strain as far as there are idle servers, and is what was usual again in the next", () => {
    const feed = new Feed();
    feed.say(healthy, 20);
    const slow = (inFlight: number): Second => ({
      ok: inFlight / 2,
      latencyS: 2,
      inFlight,
      waiting: 50,
    });
    let view = feed.say(slow(60), 1, 6);
    expect(view.bound).toBeCloseTo(36, 0);
    // All that is granted is used, and takes no longer for it.
    for (let at = 0; at < 60; at += 1) view = feed.say(slow(view.bound!), 1, 6);
    expect(view.bound).toBeGreaterThan(2 * 36);
    // However much that is, answers are slower than usual.
    expect(view).toMatchObject({ isStrained: true, isWide: false });
    feed.say(healthy, 20, 6);
    expect(feed.say(slow(60), 1, 6).bound).toBeCloseTo(36, 0);
  });

  it("is not lifted where answers are only late, not slow, nor by more than two thirds of the time-out allow", () => {
    const granted = (latencyS: number, timeoutS: number): number => {
      const feed = new Feed();
      feed.say(healthy, 20, timeoutS);
      let bound = 36;
      for (let at = 0; at < 60; at += 1) {
        const slow = { ok: bound / latencyS, latencyS, inFlight: bound, waiting: 50 };
        bound = feed.say(slow, 1, timeoutS).bound!;
      }
      return bound;
    };
    expect(granted(2, 3.5)).toBeCloseTo(36, 0);
    expect(granted(2, 4)).toBeGreaterThan(40);
  });
});

describe("what is kept of it", () => {
  it("is nothing while nothing is bounded yet, and nothing that could not grow is taken back", () => {
    const feed = new Feed();
    feed.say(healthy, 5);
    expect(feed.bound.baseline).toBeUndefined();
    feed.say(healthy, 5);
    const { baseline } = feed.bound;
    expect(baseline?.bound).toBeGreaterThanOrEqual(2 * 24);
    const again = new Feed();
    again.bound.restore({ ...baseline!, bound: 0 });
    expect(again.say({ ...healthy, waiting: 60 }, 20).bound).toBeGreaterThanOrEqual(2 * 24);
  });

  it("bounds from the first tick after a restart", () => {
    const feed = new Feed();
    feed.say(healthy, 20);
    const again = new Feed();
    again.bound.restore(feed.bound.baseline!);
    expect(again.say(healthy).bound).toBeGreaterThanOrEqual(2 * 24);
  });
});

describe("the bound on a dependency that answers nobody", () => {
  it("is a few attempts, which nobody else's leases overlap, and what it was once answers come", () => {
    const feed = new Feed();
    feed.say(healthy, 20);
    feed.say({ timeout: 9, inFlight: 36, waiting: 90 }, 5);
    // Nothing is strained any more, and little is wanted: it stays silent all the same.
    const silent = feed.say({ inFlight: 9 }, 20);
    expect(silent.bound).toBeLessThanOrEqual(2 * 9);
    expect(silent).toMatchObject({
      isRelaxed: false,
      isStrained: false,
      isWide: false,
      isSilent: true,
    });
    feed.say({ ok: 9, inFlight: 9, waiting: 90 });
    expect(feed.say({ ok: 18, inFlight: 18, waiting: 90 }).bound).toBeGreaterThanOrEqual(36);
  });
});

describe("the time that an attempt takes now", () => {
  it("is what was spent in flight over all that ended, well or not, and one that is about to", () => {
    const feed = new Feed();
    feed.say(healthy, 20);
    feed.say({ ok: 10, timeout: 10, error: 5, inFlight: 26 }, 5);
    // Of the last two seconds.
    expect(feed.bound.attemptS).toBeCloseTo(52 / 51);
  });

  it("is the usual where nothing ends, and longer as soon as more than that was spent", () => {
    const feed = new Feed();
    expect(feed.bound.attemptS).toBeUndefined();
    feed.say(healthy, 20);
    feed.say({}, 5);
    expect(feed.bound.attemptS).toBeCloseTo(0.5, 1);
    feed.say({ inFlight: 3 }, 5);
    expect(feed.bound.attemptS).toBe(6);
  });
});
