import { describe, expect, it } from "vitest";
import { Degraded } from "./degraded.ts";
import type { DependencyWindow } from "./dependency-window.ts";
import { lastAbnormal, statesOf, tell, windowsUntilAbnormal } from "./fixtures/told.ts";
import { histogramOf, normal, poisson, seeded, windowOf } from "./fixtures/windows.ts";

interface Story {
  readonly perSecond: number;
  /** What all calls' own time, and the way to what they call, is multiplied with from the second on. */
  readonly selfFactor?: number;
  readonly madeFactor?: number;
  /** How often a whole second is slow by ten, whatever else. */
  readonly shareSpiky?: number;
}

/** Two operations that differ by a hundred, and a mix that turns within the hour. */
function windows(story: Story, seconds: number, faultAt: number, seed: number): DependencyWindow[] {
  const random = seeded(seed);
  const draw = (median: number, factor: number) => median * factor * Math.exp(0.4 * normal(random));
  return Array.from({ length: seconds }, (_, second) => {
    const inFault = second >= faultAt;
    const spike = random() < (story.shareSpiky ?? 0) ? 10 : 1;
    const shareWrites = 0.5 + 0.4 * Math.sin(second / 200);
    const operations = new Map<string, number[]>();
    const made: number[] = [];
    const calls = poisson(story.perSecond, random);
    for (let call = 0; call < calls; call += 1) {
      const [operation, median] = random() < shareWrites ? ["write", 0.5] : ["read", 0.005];
      const factor = (inFault ? (story.selfFactor ?? 1) : 1) * spike;
      const times = operations.get(operation) ?? [];
      operations.set(operation, [...times, draw(median, factor)]);
      made.push(draw(0.004, inFault ? (story.madeFactor ?? 1) : 1));
    }
    return windowOf({
      endMs: second * 1_000,
      selfByOperation: new Map([...operations].map(([key, times]) => [key, histogramOf(times)!])),
      gapsMade: calls > 0 ? new Map([["rpc:below", histogramOf(made)!]]) : new Map(),
    });
  });
}

const SEEDS = [1, 2, 3];
const FAULT_AT = 600;

function delays(story: Story): readonly number[] {
  return SEEDS.map((seed) => {
    const all = windows(story, FAULT_AT + 300, FAULT_AT, seed);
    const detector = new Degraded();
    expect(statesOf(detector, all.slice(0, FAULT_AT))).not.toContain("abnormal");
    return windowsUntilAbnormal(detector, all.slice(FAULT_AT));
  });
}

describe("slowness by operation", () => {
  it("is seen within four seconds where ten calls a second take five times as long", () => {
    expect(Math.max(...delays({ perSecond: 10, selfFactor: 5 }))).toBeLessThanOrEqual(4);
  });

  it("is seen after a handful of calls where there is one in five seconds", () => {
    expect(Math.max(...delays({ perSecond: 0.2, selfFactor: 10 }))).toBeLessThanOrEqual(40);
  });

  it("is none in a mix of operations that turns round", () => {
    expect(delays({ perSecond: 10 })).toEqual(SEEDS.map(() => Infinity));
  });

  it("is none in one window of twenty that is slow by ten, always", () => {
    for (const seed of SEEDS) {
      const all = windows({ perSecond: 5, shareSpiky: 0.05 }, 7_200, Infinity, seed);
      expect(statesOf(new Degraded(), all)).not.toContain("abnormal");
    }
  });

  it("is told of what it calls, where its own time is as usual", () => {
    const all = windows({ perSecond: 10, madeFactor: 20 }, FAULT_AT + 20, FAULT_AT, 1);
    const finding = lastAbnormal(tell(new Degraded(), all));
    expect(finding.evidence).toMatchObject({ stream: "made", streams: ["made"] });
    expect(finding.summary).toMatch(/^time on the way to what it calls \d+\.\d times its usual/);
    expect(finding.evidence["usualS"]).toBeCloseTo(0.004, 3);
  });

  it("is told of the stream that is further from its usual, and of the other beside it", () => {
    const story = { perSecond: 10, selfFactor: 3.5, madeFactor: 40 };
    const { evidence } = lastAbnormal(
      tell(new Degraded(), windows(story, FAULT_AT + 20, FAULT_AT, 1)),
    );
    expect(evidence).toMatchObject({ stream: "made", streams: ["made", "self"] });
  });

  const each = (second: number, ...times: number[]) =>
    windowOf({
      endMs: second * 1_000,
      callsMade: times.length,
      selfByOperation: new Map(times.length > 0 ? [["read", histogramOf(times)!]] : []),
    });

  it("counts a block once, and needs three slow ones after a healthy minute", () => {
    const detector = new Degraded();
    for (let second = 0; second < 60; second += 1) detector.observe(each(second, 0.02, 0.021));
    const slow = [60, 61, 62].map((second) => detector.observe(each(second, 2, 2)).state);
    expect(slow).toEqual(["normal", "normal", "abnormal"]);
  });

  it("takes calls within three seconds, of one slow workflow, for one block where calls are rare", () => {
    const detector = new Degraded();
    const rare = (second: number) => (second % 5 === 0 ? each(second, 0.02) : each(second));
    for (let second = 0; second < 600; second += 1) detector.observe(rare(second));
    const burst = [600, 601, 602].map((second) => detector.observe(each(second, 2)).state);
    expect(burst).toEqual(["normal", "normal", "normal"]);
    const after = Array.from({ length: 10 }, (_, index) => 603 + index).map((second) =>
      second % 5 === 0 ? each(second, 2) : each(second),
    );
    expect(windowsUntilAbnormal(detector, after)).toBe(610 - 602);
  });

  it("is seen on the way to it, where its own work varies too much to show it", () => {
    const random = seeded(5);
    const draw = (median: number, sigma: number) =>
      histogramOf(Array.from({ length: 5 }, () => median * Math.exp(sigma * normal(random))))!;
    const at = (second: number, gapS: number) =>
      windowOf({
        endMs: second * 1_000,
        selfByOperation: new Map([["read", draw(0.2, 2)]]),
        gap: draw(gapS, 0.3),
      });
    const detector = new Degraded();
    for (let second = 0; second < 300; second += 1)
      expect(detector.observe(at(second, 0.003)).state).not.toBe("abnormal");
    const finding = lastAbnormal(
      [300, 301, 302].map((second) => detector.observe(at(second, 0.2))),
    );
    expect(finding.evidence["streams"]).toEqual(["gap"]);
    expect(finding.summary).toMatch(/^time on the way to it \d+/);
  });

  it("gives what it measured against what, and ends with the fault", () => {
    const detector = new Degraded();
    const sick = windows({ perSecond: 10, selfFactor: 10 }, FAULT_AT + 60, FAULT_AT, 2);
    const { evidence, severity } = lastAbnormal(tell(detector, sick));
    expect(evidence["stream"]).toBe("self");
    expect(evidence["ratio"]).toBeGreaterThan(6);
    expect(evidence["ratio"]).toBeLessThan(15);
    expect(severity).toBeGreaterThan(0.8);
    const well = windows({ perSecond: 10 }, 30, Infinity, 3);
    expect(statesOf(detector, well).slice(15)).not.toContain("abnormal");
  });

  it("does not become usual while it lasts", () => {
    const all = windows({ perSecond: 10, selfFactor: 10 }, FAULT_AT + 900, FAULT_AT, 1);
    expect(statesOf(new Degraded(), all).slice(FAULT_AT + 10)).not.toContain("normal");
  });

  it("cannot be told before operations are known, nor of a window without calls", () => {
    const detector = new Degraded();
    expect(detector.observe(windowOf({ selfByOperation: new Map() })).state).toBe("unknown");
    tell(detector, windows({ perSecond: 10 }, 60, Infinity, 1));
    expect(detector.observe(windowOf({ selfByOperation: new Map() })).state).toBe("unknown");
  });

  it("goes on after a restart as before, wherever it was cut", () => {
    const all = windows({ perSecond: 3, selfFactor: 8, madeFactor: 3 }, FAULT_AT + 60, FAULT_AT, 4);
    for (const at of [0, 100, FAULT_AT + 2, FAULT_AT + 30]) {
      const detector = new Degraded();
      tell(detector, all.slice(0, at));
      const twin = new Degraded();
      twin.restore(JSON.parse(JSON.stringify(detector.state())));
      expect(tell(twin, all.slice(at))).toEqual(tell(detector, all.slice(at)));
      expect(twin.state()).toEqual(detector.state());
    }
  });
});
