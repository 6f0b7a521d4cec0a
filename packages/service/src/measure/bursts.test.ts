import { describe, expect, it } from "vitest";
import { newAttemptTimeline } from "./attempt-cell.ts";
import { binomialTailMax } from "./binomial-tail.ts";
import { burstsOf } from "./bursts.ts";
import { coherenceOf, Participants } from "./participants.ts";
import { RetryLog } from "./retry-log.ts";

interface Story {
  readonly log: RetryLog;
  readonly attempts: ReturnType<typeof newAttemptTimeline>;
  readonly retry: (atMs: number, run: number) => void;
}

/** Ten first attempts a second for so long, by as many agents as there are runs. */
function story(seconds: number): Story {
  const log = new RetryLog();
  const attempts = newAttemptTimeline();
  for (let ms = 0; ms < seconds * 1_000; ms += 100) attempts.at(ms).attempts += 1;
  const retry = (atMs: number, run: number): void => {
    const cell = attempts.at(atMs);
    cell.attempts += 1;
    cell.retries += 1;
    log.add({
      dependency: "tool:any",
      agent: `agent-${run}`,
      traceId: `${run}`,
      startMs: atMs,
      durationMs: 10,
      gapMs: 5,
      isFailed: false,
      isSure: true,
      money: Number.NaN,
    });
  };
  return { log, attempts, retry };
}

function found({ log, attempts }: Story): readonly (readonly [number, number, number])[] {
  const rows = log.byDependency().get(0) ?? [];
  return burstsOf(rows, log, attempts).map(
    (burst) => [burst.fromMs, burst.toMs, burst.rows.length] as const,
  );
}

describe("bursts", () => {
  it("finds agents that retry in the same second", () => {
    const told = story(120);
    for (let run = 0; run < 12; run += 1) told.retry(60_000 + run * 40, run);
    expect(found(told)).toEqual([[60_000, 60_440, 12]]);
  });

  it("takes nothing for a burst that one unit of work does alone, or two", () => {
    const told = story(120);
    for (let count = 0; count < 40; count += 1) told.retry(60_000 + count * 20, count % 2);
    expect(found(told)).toEqual([]);
  });

  it("takes nothing for a burst that comes by itself, over and over", () => {
    const told = story(600);
    for (let second = 0; second < 600; second += 3) told.retry(second * 1_000 + 17, second);
    expect(found(told)).toEqual([]);
  });

  it("sees a slow storm, a few retries a second for long", () => {
    const told = story(600);
    for (let ms = 300_000; ms < 340_000; ms += 450) told.retry(ms, ms % 7);
    const [burst] = found(told);
    expect(burst?.[2]).toBeGreaterThan(70);
  });

  it("sees a storm that fills most of the recording", () => {
    const told = story(120);
    for (let ms = 10_000; ms < 115_000; ms += 50) told.retry(ms, ms % 11);
    const [burst] = found(told);
    expect(burst?.[2]).toBe(2_100);
  });

  it("joins waves that a pause sets apart, and keeps apart what lies further", () => {
    const told = story(300);
    for (const waveMs of [100_000, 105_000, 200_000])
      for (let run = 0; run < 15; run += 1) told.retry(waveMs + run * 10, run);
    expect(found(told)).toEqual([
      [100_000, 105_140, 30],
      [200_000, 200_140, 15],
    ]);
  });
});

describe("the chance of so many", () => {
  it.each([
    [5, 10, 0.01],
    [3, 5, 0.05],
    [30, 100, 0.1],
    [9, 9, 0.2],
  ])("is never below the binomial tail: %i of %i at %d", (successes, trials, share) => {
    const choose = (n: number, k: number): number => {
      let ways = 1;
      for (let i = 0; i < k; i += 1) ways = (ways * (n - i)) / (i + 1);
      return ways;
    };
    let tail = 0;
    for (let k = successes; k <= trials; k += 1)
      tail += choose(trials, k) * share ** k * (1 - share) ** (trials - k);
    const bound = binomialTailMax(successes, trials, share);
    expect(bound).toBeGreaterThanOrEqual(tail * (1 - 1e-9));
    expect(bound).toBeLessThan(tail * 20);
  });
});

describe("coherence", () => {
  it("is the number of agents in lock-step, and 1 where they take turns evenly", () => {
    const told = story(10);
    for (const ms of [1_000, 5_000]) for (let run = 0; run < 6; run += 1) told.retry(ms, run);
    const rows = told.log.byDependency().get(0)!;
    const participants = new Participants(rows, told.log);
    const bucketOf = (row: number): number => Math.floor(told.log.startMs[row]! / 1_000);
    expect(participants.are).toBe("agents");
    expect(coherenceOf(participants.ranked(rows), bucketOf, 10)).toBeCloseTo(6, 9);
    expect(coherenceOf(participants.ranked(rows), bucketOf, 2)).toBeNull();
  });
});
