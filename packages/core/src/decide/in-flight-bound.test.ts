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

  it("follows a slow dependency down to what it was seen to carry, and lower only when it is clogged", () => {
    const feed = new Feed();
    feed.say(healthy, 20);
    expect(feed.say({ ok: 16, latencyS: 3, inFlight: 60, waiting: 50 }, 10).bound).toBeCloseTo(
      1.5 * 24,
      0,
    );
    expect(feed.say({ ok: 1, timeout: 20, inFlight: 36, waiting: 50 }, 4).bound).toBeCloseTo(
      0.5 * 24,
      0,
    );
  });

  it("believes no usual in flight that time-outs prove to be more than is answered in time", () => {
    const feed = new Feed();
    feed.say({ ok: 48, inFlight: 60 }, 20);
    feed.say({ ok: 16, latencyS: 2, inFlight: 90, waiting: 50 }, 3);
    const view = feed.say({ ok: 8, timeout: 6, latencyS: 3, inFlight: 90, waiting: 50 }, 5);
    expect(view.bound).toBeLessThanOrEqual(1.5 * 16 * 0.45 * 4);
    expect(view.bound).toBeGreaterThan(1.5 * 13 * 0.45 * 4);
  });

  it("is strangled by no lull: fewer answers without time-outs leave what was usual", () => {
    const feed = new Feed();
    feed.say(healthy, 20);
    feed.say({ ok: 16, latencyS: 2, inFlight: 36, waiting: 50 }, 10);
    expect(feed.say({ ok: 2, latencyS: 2, inFlight: 36, waiting: 50 }, 3).bound).toBeCloseTo(36, 0);
    expect(feed.say({ ok: 0, inFlight: 36, waiting: 50 }, 2).bound).toBeGreaterThanOrEqual(36);
  });

  it("believes the usual again once the strain is over", () => {
    const feed = new Feed();
    feed.say({ ok: 48, inFlight: 60 }, 20);
    feed.say({ ok: 4, timeout: 12, latencyS: 3, inFlight: 90, waiting: 50 }, 10);
    feed.say({ ok: 48, inFlight: 60 }, 10);
    expect(feed.say({ ok: 6, latencyS: 2, inFlight: 130, waiting: 50 }, 5).bound).toBeCloseTo(
      90,
      0,
    );
  });

  it("is back within three seconds when answers are good again", () => {
    const feed = new Feed();
    feed.say(healthy, 20);
    feed.say({ ok: 8, latencyS: 2, inFlight: 36, waiting: 200 }, 20);
    expect(
      feed.say({ ok: 64, latencyS: 0.5, inFlight: 36, waiting: 200 }, 3).bound,
    ).toBeGreaterThan(64);
  });

  it("works for answers that take many seconds", () => {
    const feed = new Feed();
    feed.say({ ok: 5, latencyS: 20, inFlight: 100 }, 40, 120);
    const slow = feed.say({ ok: 2, latencyS: 50, inFlight: 150, waiting: 100 }, 60, 120);
    expect(slow.isStrained).toBe(true);
    expect(slow.bound).toBeGreaterThanOrEqual(100);
  });
});
