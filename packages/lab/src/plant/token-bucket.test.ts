import { describe, expect, it } from "vitest";
import { TokenBucket } from "./token-bucket.ts";

function takeAll(bucket: TokenBucket, nowMs: number): number {
  let taken = 0;
  while (bucket.take(nowMs)) taken += 1;
  return taken;
}

describe("a rate limit", () => {
  it("lets its burst through, then as many as fall due", () => {
    const bucket = new TokenBucket(2, 5);
    expect(takeAll(bucket, 0)).toBe(5);
    expect(takeAll(bucket, 499)).toBe(0);
    expect(takeAll(bucket, 500)).toBe(1);
    expect(takeAll(bucket, 100_000)).toBe(5);
  });

  it("tells when the next is due, and keeps its word to the last bit", () => {
    const bucket = new TokenBucket(3, 1);
    let nowMs = 0;
    for (let round = 0; round < 1_000; round += 1) {
      expect(bucket.take(nowMs)).toBe(true);
      expect(bucket.take(nowMs)).toBe(false);
      nowMs += bucket.dueMs(nowMs)!;
    }
    expect(nowMs).toBeCloseTo(1_000_000 / 3, 3);
  });

  it("is a share of itself while its quota is cut: rate, and what it holds", () => {
    const bucket = new TokenBucket(10, 20);
    bucket.limitTo(0.2, 1_000);
    expect(bucket.perSecond).toBe(2);
    expect(takeAll(bucket, 1_000)).toBe(4);
    expect(takeAll(bucket, 2_000)).toBe(2);
    // What came before the change came at the rate before it.
    bucket.limitTo(1, 3_000);
    expect(takeAll(bucket, 3_000)).toBe(2);
    expect(takeAll(bucket, 4_000)).toBe(10);
  });

  it("still lets one through at a time where its share of the burst is less than one", () => {
    const bucket = new TokenBucket(10, 2);
    bucket.limitTo(0.1, 0);
    expect(takeAll(bucket, 0)).toBe(1);
    expect(takeAll(bucket, 1_000)).toBe(1);
  });

  it("lets nobody through, and names no time, while nothing is left of it", () => {
    const bucket = new TokenBucket(10, 20);
    bucket.limitTo(0, 0);
    expect(takeAll(bucket, 60_000)).toBe(0);
    expect(bucket.dueMs(60_000)).toBeUndefined();
  });
});
