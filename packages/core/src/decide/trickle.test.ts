import { describe, expect, it } from "vitest";
import { Trickle } from "./trickle.ts";

class Feed {
  readonly trickle = new Trickle();

  say({ good = 0, timeouts = 0, until = 36 }, seconds = 1): number | undefined {
    let allowance: number | undefined;
    for (let at = 0; at < seconds; at += 1)
      allowance = this.trickle.observe({ good, timeouts, seconds: 1, timeoutS: 4, until });
    return allowance;
  }
}

describe("a trickle", () => {
  it("allows a few attempts once nothing was answered for a time-out and a quarter", () => {
    const feed = new Feed();
    feed.say({ good: 40 });
    expect(feed.say({ timeouts: 12 }, 5)).toBeUndefined();
    expect(feed.say({})).toBe(9);
    expect(feed.say({ timeouts: 1 }, 60)).toBe(9);
  });

  it("is none while anything is answered, however much times out", () => {
    const feed = new Feed();
    feed.say({ timeouts: 12 }, 4);
    expect(feed.say({ good: 1, timeouts: 40 })).toBeUndefined();
    expect(feed.say({ timeouts: 40 }, 5)).toBeUndefined();
  });

  it("is none where few were sent: they may be the ones that hang", () => {
    const feed = new Feed();
    expect(feed.say({ timeouts: 1 }, 9)).toBeUndefined();
    expect(feed.say({ timeouts: 1 })).toBe(9);
  });

  it("does not count what timed out before the last good answer", () => {
    const feed = new Feed();
    feed.say({ timeouts: 40 });
    feed.say({ good: 1 });
    expect(feed.say({ timeouts: 1 }, 9)).toBeUndefined();
  });

  it("is two attempts at the least: one may hang whatever the dependency does", () => {
    const feed = new Feed();
    expect(feed.say({ timeouts: 12, until: 4 }, 6)).toBe(2);
  });

  it("doubles with every round of answers until it is over", () => {
    const feed = new Feed();
    feed.say({ timeouts: 12 }, 6);
    expect(feed.say({ good: 9 })).toBe(18);
    expect(feed.say({ good: 18 })).toBeUndefined();
    expect(feed.say({ timeouts: 12 }, 5)).toBeUndefined();
  });

  it("begins anew where the answers stop again", () => {
    const feed = new Feed();
    feed.say({ timeouts: 12 }, 6);
    feed.say({ good: 8 });
    expect(feed.say({ timeouts: 2 }, 5)).toBe(17);
    expect(feed.say({ timeouts: 2 })).toBe(9);
  });
});
