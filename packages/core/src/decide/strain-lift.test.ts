import { describe, expect, it } from "vitest";
import { timesOf } from "./fixtures/seconds.ts";
import { StrainLift } from "./strain-lift.ts";
import type { LiftInput } from "./strain-lift.ts";

const TICK_S = 0.25;
const FLOOR = 36;

interface Plant {
  /** Seconds that an attempt takes, when so many times the floor are in flight. */
  readonly takesS: (times: number) => number;
  readonly timeouts?: number;
}

class Feed {
  readonly lift = new StrainLift();
  nowMs = 0;
  times = 1;
  /** In flight now: what is granted shows in what ends only after an attempt's time. */
  #began: { atMs: number; takesS: number }[] = [];

  run(seconds: number, { takesS, timeouts = 0 }: Plant, change: Partial<LiftInput> = {}): number[] {
    const seen: number[] = [];
    for (let at = 0; at < seconds / TICK_S; at += 1) {
      this.nowMs += 1_000 * TICK_S;
      this.#began.push({ atMs: this.nowMs, takesS: takesS(this.times) });
      const ends = this.#began.findLast(({ atMs, takesS: s }) => atMs + 1_000 * s <= this.nowMs);
      const took = ends?.takesS ?? takesS(this.times);
      const good = Math.round((FLOOR * this.times * TICK_S) / took);
      this.times = this.lift.observe({
        isSlow: true,
        isUsed: true,
        attemptS: took,
        timeoutS: 10,
        slice: {
          endMs: this.nowMs,
          seconds: TICK_S,
          good,
          took: timesOf([[took, good]]),
          slow: good,
          timeouts: timeouts * good,
          errors: 0,
          inFlight: FLOOR * this.times,
          old: 0,
          late: 0,
        },
        ...change,
      });
      if (seen.at(-1) !== this.times) seen.push(this.times);
    }
    return seen;
  }

  /** Seconds until it is lifted so many times. */
  until(times: number, plant: Plant): number {
    const fromMs = this.nowMs;
    while (this.times !== times && this.nowMs - fromMs < 60_000) this.run(TICK_S, plant);
    return (this.nowMs - fromMs) / 1_000;
  }
}

/** So many times the floor are its servers: above, each waits. */
const servers = (times: number, takesS = 1): Plant => ({
  takesS: (inFlight) => takesS * Math.max(1, inFlight / times),
});

describe("the lift of the bound in a strain", () => {
  it("begins with none, and raises by a quarter for as long as there are idle servers", () => {
    const seen = new Feed().run(60, servers(2.4));
    expect(seen.slice(0, 4)).toEqual([1, 1.25, 1.25 ** 2, 1.25 ** 3]);
  });

  it("goes one step back where attempts take longer", () => {
    expect(new Feed().run(12, servers(1))).toEqual([1, 1.25, 1]);
    const seen = new Feed().run(25, servers(1.25 ** 2));
    expect(seen).toEqual([1, 1.25, 1.25 ** 2, 1.25 ** 3, 1.25 ** 2]);
  });

  it("tries again 10 s after it tried in vain: servers come and go", () => {
    const feed = new Feed();
    feed.until(1.25, servers(1));
    feed.until(1, servers(1));
    const againS = feed.until(1.25, servers(2));
    // Those pass, and then what the first look takes.
    expect(againS).toBeGreaterThan(10);
    expect(againS).toBeLessThan(16);
    expect(feed.until(1.25 ** 2, servers(2))).toBeLessThan(6);
  });

  it("makes no raise that a queue would turn into more than two thirds of the time-out", () => {
    const takes = (takesS: number): number => Math.max(...new Feed().run(120, servers(9, takesS)));
    expect(takes(5)).toBeGreaterThan(1.25);
    expect(takes(5.5)).toBe(1);
  });

  it("keeps a raise that makes attempts a little longer, and what it has when there is no more room for one", () => {
    const little = (takesS: number): Plant => ({ takesS: (times) => takesS * times ** 0.4 });
    expect(new Feed().run(12, little(1))).toEqual([1, 1.25, 1.25 ** 2]);
    expect(new Feed().run(120, little(5))).toEqual([1, 1.25]);
  });

  it("makes none while answers are not slow, or nobody waits for more than is granted", () => {
    expect(new Feed().run(60, servers(9), { isSlow: false })).toEqual([1]);
    expect(new Feed().run(60, servers(9), { isUsed: false })).toEqual([1]);
  });

  it("is gone with the strain", () => {
    const feed = new Feed();
    feed.run(20, servers(9));
    expect(feed.times).toBeGreaterThan(1.5);
    expect(feed.run(0.25, servers(9), { isSlow: false })).toEqual([1]);
  });

  it("looks only at attempts that began under the bound that stands, a hundred of them", () => {
    // The first second and a half is what it takes for them to end; thirty-six end a second.
    const feed = new Feed();
    expect(feed.run(4, servers(9))).toEqual([1]);
    expect(feed.run(1, servers(9))).toEqual([1, 1.25]);
  });

  it("goes back where more than one in twenty times out", () => {
    const feed = new Feed();
    feed.run(5.5, servers(9));
    expect(feed.times).toBe(1.25);
    expect(feed.run(8, { ...servers(9), timeouts: 0.1 })).toEqual([1.25, 1]);
  });

  it("begins only when what was sent before the strain no longer times out", () => {
    const feed = new Feed();
    expect(feed.run(20, { ...servers(9), timeouts: 0.1 })).toEqual([1]);
    // No pause: nothing was tried in vain.
    expect(feed.until(1.25, servers(9))).toBeLessThan(6);
  });

  it("is measured again where attempts have become faster by themselves", () => {
    const feed = new Feed();
    feed.run(10, servers(9, 2));
    expect(feed.times).toBe(1.25);
    const seen = feed.run(8, servers(9, 1));
    // A raise at the old measure would pass: 1.5 s is no longer than 2 s.
    expect(seen).toEqual([1.25, 1.25 ** 2]);
  });
});
