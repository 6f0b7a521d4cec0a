import { expect, it } from "vitest";
import { RepeatGauges, type RepeatedCall } from "./repeat-gauges.ts";
import type { SignalPoint } from "./report.ts";

const CALL: RepeatedCall = {
  dependency: "tool:search",
  agent: "kyc",
  outcome: "error",
  hasDigest: false,
  cycles: 5,
  periodMs: 3000,
};

function flushed(gauges: RepeatGauges, nowMs: number): SignalPoint[] {
  const points: SignalPoint[] = [];
  gauges.flush(points, nowMs);
  return points;
}

const valuesOf = (gauges: RepeatGauges, nowMs: number): unknown[] =>
  flushed(gauges, nowMs).map(({ value }) => value);

it("says how the calls end, and whether their arguments are the same", () => {
  const gauges = new RepeatGauges(10);
  gauges.set(CALL, 0);
  gauges.set({ ...CALL, outcome: "ok", hasDigest: true, cycles: 9 }, 0);
  expect(flushed(gauges, 1000)).toEqual([
    {
      signal: "headway.repeat.length",
      attributes: { dependency: "tool:search", agent: "kyc", outcome: "error" },
      value: 5,
    },
    {
      signal: "headway.repeat.length",
      attributes: { dependency: "tool:search", agent: "kyc", outcome: "ok", digest: true },
      value: 9,
    },
  ]);
});

it("tells a repetition for two periods after its last call, and then no more", () => {
  const gauges = new RepeatGauges(10);
  gauges.set(CALL, 500);
  for (const nowMs of [1000, 2000, 5000, 6500]) expect(valuesOf(gauges, nowMs)).toEqual([5]);
  expect(valuesOf(gauges, 6501)).toEqual([]);
  expect(valuesOf(gauges, 6502)).toEqual([]);
});

it("tells what came since the last time at least once, however late that is", () => {
  const gauges = new RepeatGauges(10);
  gauges.set({ ...CALL, periodMs: 20 }, 0);
  expect(valuesOf(gauges, 1000)).toEqual([5]);
  expect(valuesOf(gauges, 2000)).toEqual([]);
});

it("is the longest since the last time, not of all time", () => {
  const gauges = new RepeatGauges(10);
  gauges.set({ ...CALL, cycles: 30 }, 100);
  gauges.set({ ...CALL, cycles: 6 }, 200);
  expect(valuesOf(gauges, 1000)).toEqual([30]);
  gauges.set({ ...CALL, cycles: 7 }, 1100);
  expect(valuesOf(gauges, 2000)).toEqual([7]);
});

it("keeps to its limit, and has room again when a repetition is over", () => {
  const gauges = new RepeatGauges(1);
  gauges.set(CALL, 0);
  gauges.set({ ...CALL, agent: "another" }, 0);
  gauges.set({ ...CALL, cycles: 6 }, 0);
  expect(valuesOf(gauges, 1000)).toEqual([6]);
  expect(valuesOf(gauges, 60_000)).toEqual([]);
  gauges.set({ ...CALL, agent: "another" }, 60_000);
  expect(valuesOf(gauges, 60_000)).toEqual([5]);
});

it("says so where there is no room for one more", () => {
  const gauges = new RepeatGauges(1);
  expect(gauges.set(CALL, 0)).toBe(true);
  expect(gauges.set(CALL, 1)).toBe(true);
  expect(gauges.set({ ...CALL, agent: "other" }, 2)).toBe(false);
});
