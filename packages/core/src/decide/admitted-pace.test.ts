import { describe, expect, it } from "vitest";
import { AdmittedPace } from "./admitted-pace.ts";
import type { AdmittedView } from "./admitted-pace.ts";
import { CONTROL_PARAMETERS } from "./control-parameters.ts";
import { sampleOf } from "./fixtures/seconds.ts";
import type { Second } from "./fixtures/seconds.ts";

const ATTEMPT_S = 0.5;
const few = CONTROL_PARAMETERS.rejectedShareFew;

class Feed {
  readonly pace = new AdmittedPace();
  nowMs = 0;

  say(...seconds: readonly Second[]): AdmittedView {
    let view: AdmittedView | undefined;
    for (const second of seconds) {
      this.nowMs += 1_000 * (second.seconds ?? 1);
      view = this.pace.observe(sampleOf(this.nowMs, { inFlight: 32, ...second }), ATTEMPT_S);
    }
    return view!;
  }
}

const times = (count: number, second: Second): Second[] =>
  Array.from({ length: count }, () => second);
const many: Second = { ok: 16, throttled: 8 };
const none: Second = { ok: 16 };

/** How many times its bound is, after so many seconds in which so large a share of 20 attempts is rejected. */
function rejecting(share: number, seconds: number, inFlight = 32): number {
  const feed = new Feed();
  feed.say(...times(2, { ...many, ok: 12 }));
  const from = feed.say(...times(2, { ok: 20 * (1 - share), throttled: 20 * share, inFlight }));
  const to = feed.say(...times(seconds, { ok: 20 * (1 - share), throttled: 20 * share, inFlight }));
  return to.bound! / from.bound!;
}

describe("the pace of a dependency that rejects", () => {
  it("does not hold anyone for a limit met now and then", () => {
    expect(new Feed().say(...times(20, { ok: 76, throttled: 24 }))).toEqual({
      bound: undefined,
      isRejecting: false,
    });
  });

  it("does not hold anyone for one bad second after a good one", () => {
    expect(new Feed().say({ ok: 100 }, { ok: 60, throttled: 40 }).bound).toBeUndefined();
    expect(new Feed().say({ ok: 60, throttled: 40 }, { ok: 60, throttled: 40 }).bound).toBe(32);
  });

  it("keeps to what was in flight when rejects became many", () => {
    expect(new Feed().say({ ok: 48, throttled: 20 })).toEqual({ bound: 32, isRejecting: true });
  });

  it("keeps to the most that was in flight in 8 s: some reports are older than others", () => {
    const feed = new Feed();
    feed.say({ ok: 50, inFlight: 60 }, ...times(6, { ok: 50, inFlight: 30 }));
    expect(feed.say({ ok: 0, throttled: 90, inFlight: 30 }).bound).toBe(60);
    const later = new Feed();
    later.say({ ok: 50, inFlight: 60 }, ...times(8, { ok: 50, inFlight: 30 }));
    expect(later.say({ ok: 0, throttled: 90, inFlight: 30 }).bound).toBe(30);
  });

  it("is what the admitted rate needs where answers are too short to be seen in flight", () => {
    expect(new Feed().say({ ok: 100, throttled: 50, inFlight: 1 }).bound).toBe(50);
  });

  it("is never raised by many rejects", () => {
    const feed = new Feed();
    feed.say(many);
    expect(feed.say({ ...many, inFlight: 90 }).bound).toBe(32);
  });

  it.each([
    [0.23, 5],
    [0.13, 5],
  ])("shrinks while a share of %d is rejected, by d ln B/dt = few - share", (share, seconds) => {
    expect(rejecting(share, seconds)).toBeCloseTo(Math.exp((few - share) * seconds), 6);
  });

  it("grows by one for every second in which it is used with few", () => {
    const feed = new Feed();
    feed.say(many, none);
    const from = feed.say(none).bound!;
    expect(feed.say(...times(5, none)).bound).toBeCloseTo(from + 5);
    expect(feed.say(...times(2, { ok: 99, throttled: 1 })).bound).toBeCloseTo(from + 7);
  });

  it("grows as far in four quarters of a second as in a whole one", () => {
    const rise = (...seconds: readonly Second[]): number => {
      const feed = new Feed();
      feed.say(many, none, none);
      const from = feed.say(none).bound!;
      return feed.say(...seconds).bound! / from;
    };
    expect(rise(...times(4, { seconds: 0.25, ok: 4 }))).toBeCloseTo(rise(none), 6);
  });

  it("takes room that nobody uses for no room, but gives way to rejects all the same", () => {
    expect(rejecting(0, 5, 20)).toBe(1);
    expect(rejecting(0.13, 5, 20)).toBeCloseTo(Math.exp((few - 0.13) * 5), 6);
  });

  it("never falls below what the admitted rate needs, nor below one", () => {
    const feed = new Feed();
    feed.say(many);
    expect(feed.say(...times(60, { ok: 40, throttled: 10 })).bound).toBe(40 * ATTEMPT_S);
    expect(feed.say(...times(60, { ok: 0.4, throttled: 0.1 })).bound).toBe(1);
  });

  it("is remembered, but binds nobody after 15 s without many", () => {
    const feed = new Feed();
    feed.say(many);
    // The two seconds over which the share is taken end one later.
    expect(feed.say(...times(15, none)).isRejecting).toBe(true);
    const view = feed.say(none);
    expect(view.isRejecting).toBe(false);
    expect(view.bound).toBeGreaterThan(32);
  });
});
