import { describe, expect, it } from "vitest";
import { ExponentialHistogram } from "../signals/histogram.ts";
import type { TickSample } from "./dependency-signals.ts";
import { FleetWindow } from "./fleet-window.ts";
import { InFlightBound } from "./in-flight-bound.ts";
import type { BoundView } from "./in-flight-bound.ts";

interface Second {
  readonly ok?: number;
  readonly timeout?: number;
  readonly latencyS?: number;
  readonly inFlight?: number;
  readonly waiting?: number;
}

function sample(
  nowMs: number,
  { ok = 0, timeout = 0, latencyS = 0.5, inFlight = 0, waiting = 0 }: Second,
): TickSample {
  const latency = new ExponentialHistogram();
  if (ok > 0) latency.record(latencyS, ok);
  const empty = new FleetWindow(10).take();
  const outcomes = { ...empty.outcomes, ok, timeout };
  return {
    nowMs,
    elapsedMs: 1_000,
    flow: {
      ...empty,
      outcomes,
      attempts: ok + timeout,
      latency: ok > 0 ? latency.data() : undefined,
    },
    gauges: {
      inFlight,
      waiting,
      waitingByPriority: [0, 0, waiting, 0, 0],
      ages: undefined,
      instances: 1,
    },
  };
}

class Feed {
  readonly bound = new InFlightBound();
  nowMs = 0;

  say(second: Second, count = 1, timeoutS: number | undefined = 4): BoundView {
    let view: BoundView | undefined;
    for (let at = 0; at < count; at += 1) {
      this.nowMs += 1_000;
      view = this.bound.observe({ sample: sample(this.nowMs, second), timeoutS });
    }
    return view!;
  }
}

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
    expect(new Feed().say(healthy, 20).bound).toBeCloseTo(48 * 0.45 * 4);
  });

  it("is relaxed for a healthy fleet, and for one that bursts to half of it", () => {
    const feed = new Feed();
    expect(feed.say(healthy, 20).isRelaxed).toBe(true);
    expect(feed.say({ ok: 48, inFlight: 50 }).isRelaxed).toBe(true);
  });

  it("grows with a fleet that grows while answers stay as fast", () => {
    const feed = new Feed();
    feed.say(healthy, 20);
    expect(feed.say({ ok: 200, inFlight: 100, waiting: 10 }, 6).bound).toBeGreaterThan(300);
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
    expect(feed.say(good, 2).bound).toBeCloseTo(36, 0);
    expect(feed.say(good, 1).bound).toBeCloseTo(45, 0);
    // Sixty-four a second of half a second each are 32 in flight, and half as many again may be on their way.
    expect(feed.say(good, 10).bound).toBeCloseTo(1.5 * 32, 0);
  });

  it("works for answers that take many seconds", () => {
    const feed = new Feed();
    feed.say({ ok: 5, latencyS: 20, inFlight: 100 }, 40, 120);
    const slow = feed.say({ ok: 2, latencyS: 50, inFlight: 150, waiting: 100 }, 60, 120);
    expect(slow.isStrained).toBe(true);
    expect(slow.bound).toBeGreaterThanOrEqual(100);
  });
});
