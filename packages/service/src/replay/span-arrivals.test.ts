import type { FinishedSpanView } from "@headway/core/signals";
import { describe, expect, it } from "vitest";
import { driftSpans } from "./fixtures/drift.ts";
import { spanArrivals } from "./span-arrivals.ts";

const [first] = driftSpans();

const ending = (...endsMs: readonly number[]): FinishedSpanView[] =>
  endsMs.map((endMs) => ({ ...first!, startMs: endMs - 5, durationMs: 5 }));

const timesOf = (spans: readonly FinishedSpanView[], mayBeFile: boolean): unknown => {
  const { order, list } = spanArrivals(spans, mayBeFile);
  return [order, list.map(({ atMs }) => atMs)];
};

describe("when spans arrived of which nobody wrote down when", () => {
  it("is the file's order where it can be one, none before it ended or before those in front of it", () => {
    expect(timesOf(ending(1_000, 3_000, 2_000, 4_000), true)).toEqual([
      "file",
      [1_000, 3_000, 3_000, 4_000],
    ]);
  });

  it("is their ends' where the file has them in no order of arrival, or is none", () => {
    const backwards = ending(100_000, 39_999);
    expect(timesOf(backwards, true)).toEqual(["end", [39_999, 100_000]]);
    expect(timesOf(ending(100_000, 40_000), true)).toEqual(["file", [100_000, 100_000]]);
    expect(timesOf(ending(2_000, 1_000), false)).toEqual(["end", [1_000, 2_000]]);
  });
});
