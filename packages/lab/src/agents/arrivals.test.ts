import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { EventQueue } from "../simulation/event-queue.ts";
import { randomStream } from "../simulation/random.ts";
import type { ArrivalTimes } from "./arrival-times.ts";
import { AzureArrivals } from "./azure.ts";
import { startClosedLoop } from "./closed.ts";
import { dataFolder } from "./data-folder.ts";
import { gammaFunction } from "./gamma-function.ts";
import { createOpenArrivals, type OpenArrivalSpec } from "./open-arrivals.ts";
import { PoissonArrivals } from "./poisson.ts";
import { ServegenArrivals } from "./servegen.ts";
import type { ServegenTrace, TraceWindow } from "./servegen-trace.ts";
import { spikesOf } from "./spikes.ts";

const CALM = [{ fromMs: 0, value: 1 }];
const SPIKE = [
  { fromMs: 0, value: 1 },
  { fromMs: 100_000, value: 3 },
  { fromMs: 200_000, value: 1 },
];

function timesUntil(arrivals: ArrivalTimes, endMs: number): readonly number[] {
  const times: number[] = [];
  for (let ms = arrivals.next(); ms < endMs; ms = arrivals.next()) times.push(ms);
  return times;
}

/** Variance over mean of the counts in windows: 1 without memory, more in bursts. */
function dispersion(times: readonly number[], windowMs: number): number {
  const counts = new Map<number, number>();
  for (const ms of times) {
    const window = Math.floor(ms / windowMs);
    counts.set(window, (counts.get(window) ?? 0) + 1);
  }
  const windows = Math.floor(times.at(-1)! / windowMs);
  const mean = times.length / windows;
  let squares = 0;
  for (let window = 0; window < windows; window += 1)
    squares += ((counts.get(window) ?? 0) - mean) ** 2;
  return squares / windows / mean;
}

const random = (purpose: string) => randomStream(3, purpose);

function trace(...clients: readonly (readonly TraceWindow[])[]): ServegenTrace {
  return { clients: clients.map((windows) => ({ windows })), lengthS: 1_200 };
}

const STEADY: TraceWindow = { fromS: 0, perSecond: 2, pattern: "gamma", shape: 1 };
const BURSTY: TraceWindow = { fromS: 0, perSecond: 6, pattern: "weibull", shape: 0.4 };

describe("Poisson arrivals", () => {
  it("come at their rate, without memory", () => {
    const times = timesUntil(new PoissonArrivals(50, CALM, random("p")), 2_000_000);
    expect(times.length / 2_000).toBeCloseTo(50, -0.5);
    expect(dispersion(times, 1_000)).toBeGreaterThan(0.9);
    expect(dispersion(times, 1_000)).toBeLessThan(1.1);
  });

  it("multiply in a spike", () => {
    const times = timesUntil(new PoissonArrivals(50, SPIKE, random("p")), 300_000);
    const inSpike = times.filter((ms) => ms >= 100_000 && ms < 200_000).length;
    expect(inSpike / (times.length - inSpike)).toBeGreaterThan(1.4);
    expect(inSpike / (times.length - inSpike)).toBeLessThan(1.6);
  });
});

describe("ServeGen arrivals", () => {
  const options = { perSecond: 40, startS: 0, durationS: 1_200, spikes: CALM, random };
  const silentLater = trace([STEADY, { ...STEADY, fromS: 600 }], [BURSTY]);

  it("are scaled to the mean rate over the run, and keep the shares of windows", () => {
    // 2/s for 1,200 s and 6/s for 600 s are 5/s on average: the first half has 8 of 10 parts.
    let before = 0;
    let all = 0;
    for (let seed = 0; seed < 40; seed += 1) {
      const of = (purpose: string) => randomStream(seed, purpose);
      const times = timesUntil(
        new ServegenArrivals(silentLater, { ...options, random: of }),
        1_200_000,
      );
      all += times.length;
      before += times.filter((ms) => ms < 600_000).length;
    }
    expect(all / 40 / 1_200).toBeGreaterThan(39);
    expect(all / 40 / 1_200).toBeLessThan(41);
    expect(before / all).toBeGreaterThan(0.79);
    expect(before / all).toBeLessThan(0.81);
  });

  it("begin in their steady state: neither a burst nor a lull at the start", () => {
    const slow = { ...options, perSecond: 1, durationS: 60 };
    let early = 0;
    for (let seed = 0; seed < 2_000; seed += 1) {
      const of = (purpose: string) => randomStream(seed, purpose);
      const arrivals = new ServegenArrivals(trace([BURSTY]), { ...slow, random: of });
      early += timesUntil(arrivals, 10_000).length;
    }
    expect(early / 2_000).toBeGreaterThan(9);
    expect(early / 2_000).toBeLessThan(11);
  });

  it("are as bursty as their clients: the shapes decide", () => {
    const of = (window: TraceWindow) =>
      timesUntil(new ServegenArrivals(trace([window]), { ...options, durationS: 600 }), 600_000);
    expect(dispersion(of(STEADY), 1_000)).toBeLessThan(1.3);
    expect(dispersion(of(BURSTY), 1_000)).toBeGreaterThan(3);
    expect(dispersion(of({ ...STEADY, shape: 5 }), 1_000)).toBeLessThan(0.5);
  });

  it("begin anywhere in the trace, and anew at its end", () => {
    const late = { ...options, startS: 900, durationS: 600 };
    const times = timesUntil(new ServegenArrivals(silentLater, late), 600_000);
    // From 900 to 1,200 s only the steady client, then the trace's beginning with both.
    const first = times.filter((ms) => ms < 300_000).length;
    expect(first / times.length).toBeGreaterThan(0.13);
    expect(first / times.length).toBeLessThan(0.27);
  });

  it("never come before the last one, nor after the run", () => {
    const arrivals = new ServegenArrivals(silentLater, { ...options, spikes: SPIKE });
    const times = timesUntil(arrivals, Infinity);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times.at(-1)).toBeLessThan(1_200_000);
    expect(arrivals.next()).toBe(Infinity);
  });

  it("say so where no client sends anything", () => {
    const nobody = () =>
      new ServegenArrivals(trace([BURSTY]), { ...options, startS: 600, durationS: 60 });
    expect(nobody).toThrow("no client sends anything in the 60 s from startS 600 on");
  });
});

describe("Azure arrivals", () => {
  it("are the recorded ones, faster or slower, and begin anew after a usual gap", () => {
    // Four in 30 s: with the usual gap of 10 s, 0.1 a second.
    const arrivals = new AzureArrivals([0, 5, 20, 30], { perSecond: 1, startS: 5, spikes: CALM });
    const times = Array.from({ length: 5 }, () => arrivals.next() / 1_000);
    expect(times).toEqual([0, 1.5, 2.5, 3.5, 4]);
  });

  it("hurry in a spike", () => {
    const spikes = [
      { fromMs: 0, value: 1 },
      { fromMs: 1_000, value: 2 },
    ];
    const arrivals = new AzureArrivals([0, 10, 20], { perSecond: 0.1, startS: 0, spikes });
    expect([arrivals.next(), arrivals.next(), arrivals.next()]).toEqual([0, 5_500, 10_500]);
  });

  it("may begin after the last recorded one", () => {
    const arrivals = new AzureArrivals([0, 10], { perSecond: 0.1, startS: 15, spikes: CALM });
    expect(arrivals.next()).toBe(5_000);
  });
});

describe("a closed loop", () => {
  function begun(spikes: readonly { fromMs: number; value: number }[], pauseMs = 1_000) {
    const events = new EventQueue();
    const starts: { agent: number; atMs: number }[] = [];
    startClosedLoop({ agents: 4, pauseMs, spikes }, events, random, (agent, ended) => {
      starts.push({ agent, atMs: events.nowMs });
      events.after(500, ended);
    });
    events.runUntil(300_000);
    return starts;
  }

  it("has each agent wait for its own workflow and then pause", () => {
    const starts = begun(CALM);
    expect(new Set(starts.map(({ agent }) => agent))).toEqual(new Set([0, 1, 2, 3]));
    expect(starts.length).toBeGreaterThan(700);
    expect(starts.length).toBeLessThan(900);
    const gaps = [0, 1, 2, 3].flatMap((agent) => {
      const own = starts.filter((start) => start.agent === agent);
      return own.slice(1).map(({ atMs }, at) => atMs - own[at]!.atMs);
    });
    expect(Math.min(...gaps)).toBeGreaterThan(500);
  });

  it("has more agents in a spike, and only then", () => {
    const extra = begun(SPIKE).filter(({ agent }) => agent >= 4);
    expect(new Set(extra.map(({ agent }) => agent)).size).toBe(8);
    expect(extra.every(({ atMs }) => atMs >= 100_000 && atMs < 200_000)).toBe(true);
  });

  it("lets time pass even without a pause", () => {
    expect(begun(CALM, 0).length).toBeLessThanOrEqual(4 * 600);
  });
});

describe("spikes", () => {
  it("are those of the workload, and multiply where they overlap", () => {
    const spike = (workload: string, fromS: number, toS: number, factor: number) =>
      ({ kind: "spike", workload, fromS, toS, factor }) as const;
    const pieces = spikesOf(
      [spike("a", 10, 30, 2), spike("b", 0, 99, 9), spike("a", 20, 40, 3)],
      "a",
    );
    expect(pieces).toEqual([
      { fromMs: 0, value: 1 },
      { fromMs: 10_000, value: 2 },
      { fromMs: 20_000, value: 6 },
      { fromMs: 30_000, value: 3 },
      { fromMs: 40_000, value: 1 },
    ]);
  });
});

describe("the gamma function", () => {
  it.each([
    [1, 1],
    [1.5, Math.sqrt(Math.PI) / 2],
    [5, 24],
    [11, 3_628_800],
  ])("is right at %d", (x, value) => expect(gammaFunction(x) / value).toBeCloseTo(1, 12));
});

describe.skipIf(!existsSync(dataFolder()))(
  "recorded loads (skipped without the data folder)",
  () => {
    const arrivalsOf = (spec: OpenArrivalSpec) =>
      createOpenArrivals(spec, {
        spikes: CALM,
        durationS: 1_800,
        dataFolder: dataFolder(),
        random,
      });

    it.each([
      { kind: "servegen", model: "m-mid", perSecond: 48, startS: 3_600 },
      { kind: "servegen", model: "deepseek-r1", perSecond: 48, startS: 0 },
      { kind: "azure", perSecond: 48, startS: 0 },
    ] as const)("$kind $model comes at about the mean rate, in bursts", (spec) => {
      const times = timesUntil(arrivalsOf(spec), 1_800_000);
      expect(times.length / 1_800).toBeGreaterThan(40);
      expect(times.length / 1_800).toBeLessThan(56);
      expect(dispersion(times, 1_000)).toBeGreaterThan(1.2);
    });

    it("names the file that is missing", () => {
      expect(() =>
        arrivalsOf({ kind: "servegen", model: "none", perSecond: 1, startS: 0 }),
      ).toThrow(/none_top25_clients\.csv\.gz/);
    });
  },
);
