import { describe, expect, it } from "vitest";
import { ExponentialHistogram } from "../signals/histogram.ts";
import type { SignalAttributes } from "../signals/report.ts";
import { FleetWindow } from "./fleet-window.ts";
import { mergeFlows } from "./merge-flows.ts";

type Said = readonly [attributes: SignalAttributes, cycles: number];

function told(window: FleetWindow, ...said: readonly Said[]): FleetWindow {
  for (const [attributes, value] of said)
    window.record({ signal: "headway.repeat.length", attributes, value });
  return window;
}

const failing = { agent: "a", outcome: "error" } as const;
const working = { agent: "a", outcome: "ok" } as const;

describe("repetitions that processes report", () => {
  it("are the longest of each agent, outcome and certainty, over processes and early ticks alike", () => {
    const window = new FleetWindow(10);
    const first = told(window, [failing, 5], [failing, 7], [failing, 6], [working, 9]).take();
    const second = told(
      window,
      [failing, 4],
      [working, 30],
      [{ ...working, digest: true }, 3],
    ).take();
    expect(mergeFlows([first, second]).repeats).toEqual([
      { agent: "a", outcome: "error", hasDigest: false, cycles: 7 },
      { agent: "a", outcome: "ok", hasDigest: false, cycles: 30 },
      { agent: "a", outcome: "ok", hasDigest: true, cycles: 3 },
    ]);
    expect(window.take().repeats).toEqual([]);
  });

  it("of nobody say nothing", () => {
    const window = new FleetWindow(10);
    told(
      window,
      [{ outcome: "error" }, 5],
      [{ agent: "a" }, 5],
      [{ ...failing, overflow: true }, 5],
    );
    expect(window.take().repeats).toEqual([]);
  });

  it("are bounded, and what does not fit is counted", () => {
    const window = new FleetWindow(2);
    told(window, ...["a", "b", "c"].map((agent): Said => [{ ...failing, agent }, 5]), [failing, 6]);
    expect(window.take().repeats.map(({ agent, cycles }) => [agent, cycles])).toEqual([
      ["a", 6],
      ["b", 5],
    ]);
    expect(window.overflowed).toBe(1);
  });
});

it("counts neither calls nor attempts of what Headway refused", () => {
  const window = new FleetWindow(10);
  const once = new ExponentialHistogram();
  once.record(1);
  for (const outcome of ["ok", "refused"] as const) {
    const attributes = { dependency: "tool:x", outcome, retry: false };
    window.record({ signal: "headway.attempt.duration", attributes, value: once.data() });
    window.record({ signal: "headway.call.duration", attributes, value: once.data() });
  }
  expect(window.take()).toMatchObject({ calls: 1, attempts: 1, outcomes: { ok: 1, refused: 1 } });
});

function once(seconds: number) {
  const histogram = new ExponentialHistogram();
  histogram.record(seconds);
  return histogram.data();
}

describe("own time that processes report", () => {
  it("is told by operation and as a whole, over processes and early ticks alike", () => {
    const window = new FleetWindow(10);
    const say = (operation: string | undefined, seconds: number) =>
      window.record({
        signal: "headway.attempt.self",
        attributes: { dependency: "db:x", ...(operation !== undefined && { operation }) },
        value: once(seconds),
      });
    say("read", 1);
    say("write", 2);
    say(undefined, 4);
    const first = window.take();
    say("read", 8);
    const { self, selfByOperation } = mergeFlows([first, window.take()]);
    expect(self).toMatchObject({ count: 4, sum: 15 });
    const sums = [...selfByOperation!].map(([operation, { sum }]) => [operation, sum]);
    expect(sums).toEqual([
      ["read", 9],
      ["write", 2],
      ["", 4],
    ]);
    expect(window.take()).toMatchObject({ self: undefined, selfByOperation: new Map() });
  });

  it("is of 128 operations by name, and of the others together, counted", () => {
    const window = new FleetWindow(10);
    for (let index = 0; index < 130; index += 1)
      window.record({
        signal: "headway.attempt.self",
        attributes: { dependency: "db:x", operation: `op${index}` },
        value: once(1),
      });
    const { selfByOperation } = window.take();
    expect(selfByOperation?.size).toBe(129);
    expect(selfByOperation?.get("otel.metric.overflow")).toMatchObject({ count: 2 });
    expect(window.overflowed).toBe(2);
  });
});
