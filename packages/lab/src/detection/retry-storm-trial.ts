import { RetryStorm } from "@headway/core/detect";
import type { Random } from "@headway/core";
import { createOpenArrivals, type OpenArrivalSpec } from "../agents/open-arrivals.ts";
import { lognormal, randomStream } from "../simulation/random.ts";
import { NaiveBranchingRatio } from "./retry-storm-naive.ts";
import { windowsOf, type SyntheticFleet } from "./synthetic-fleet.ts";

export interface RetryStormTrialOptions {
  readonly load: OpenArrivalSpec;
  readonly dataFolder: string;
  readonly seed: number;
  /** Retries that fail for each attempt that fails, while the fault is on. */
  readonly reproduction: number;
  readonly agents: number;
}

/** One second of the fault. */
export interface RetryStormSecond {
  /** Since its beginning. */
  readonly second: number;
  readonly estimate: number;
  /** P(R > 1), by which the detector decides. */
  readonly certainty: number;
  /** Failures that the estimate is of. */
  readonly failed: number;
  readonly naive: number;
  readonly isStorm: boolean;
  readonly isRunaway: boolean;
}

export interface RetryStormTrial {
  readonly reproduction: number;
  readonly seconds: readonly RetryStormSecond[];
  /** Alarms before the fault. */
  readonly falseAlarms: number;
}

const WARM_UP_S = 120;
export const FAULT_S = 40;
/** A storm that grows is cut off here: everything there is to know of it was known before. */
const ATTEMPTS_MAX = 2_000;

const SHARE_FAILED_USUALLY = 0.02;
const SHARE_FAILED = 0.9;
/** Of a healthy fleet each failure is retried once, at most twice in a row. */
const TRIES_USUALLY = 3;
const SERVICE_MS_MEAN = 300;
const SERVICE_SIGMA = 0.5;
const BACKOFF_MS = 1_000;

/**
 * Bursty production load with a known reproduction number: while the fault is on, 0.9 of the attempts fail, and each that fails is
 * followed by Poisson(R / 0.9) more. R above 1 takes a fleet in which one failure makes several tries (nested layers, a workflow begun
 * anew); how they come about does not matter to the number.
 */
export function runRetryStormTrial(options: RetryStormTrialOptions): RetryStormTrial {
  const { reproduction } = options;
  const storm = new RetryStorm();
  const naive = new NaiveBranchingRatio();
  const seconds: RetryStormSecond[] = [];
  let falseAlarms = 0;
  for (const window of windowsOf(stormFleet(options), WARM_UP_S + FAULT_S)) {
    const second = window.endMs / 1_000 - WARM_UP_S;
    const finding = storm.observe(window);
    const naiveRatio = naive.observe(window.attempts);
    const estimate = storm.reproduction;
    const isStorm = finding.state === "abnormal";
    if (second <= 0) falseAlarms += isStorm ? 1 : 0;
    else
      seconds.push({
        second,
        estimate: estimate.mean,
        certainty: estimate.exceeds(1),
        failed: estimate.failed,
        naive: naiveRatio,
        isStorm,
        isRunaway: finding.state === "abnormal" && finding.evidence["isRunaway"] === true,
      });
    if (window.attempts > ATTEMPTS_MAX) break;
  }
  return { reproduction, seconds, falseAlarms };
}

function stormFleet({
  load,
  dataFolder,
  seed,
  reproduction,
  agents,
}: RetryStormTrialOptions): SyntheticFleet {
  const random = (purpose: string): Random => randomStream(seed, `retry-storm/${purpose}`);
  const outcomes = random("outcomes");
  const durations = random("durations");
  const pauses = random("pauses");
  const isOn = (atMs: number): boolean => atMs >= WARM_UP_S * 1_000;
  const triesAfter = (attempt: number, atMs: number): number => {
    if (isOn(atMs)) return poisson(pauses, reproduction / SHARE_FAILED);
    return attempt < TRIES_USUALLY ? 1 : 0;
  };
  return {
    dependency: "tool:idp_lookup",
    arrivals: createOpenArrivals(load, {
      spikes: [{ fromMs: 0, value: 1 }],
      durationS: WARM_UP_S + FAULT_S,
      dataFolder,
      random,
    }),
    agents,
    random: random("agents"),
    attempt: (atMs) => ({
      durationMs: lognormal(durations, SERVICE_MS_MEAN, SERVICE_SIGMA),
      outcome: outcomes() < (isOn(atMs) ? SHARE_FAILED : SHARE_FAILED_USUALLY) ? "error" : "ok",
    }),
    retries: (attempt, atMs) =>
      Array.from({ length: triesAfter(attempt, atMs) }, () => BACKOFF_MS * (0.5 + pauses())),
  };
}

/** D. E. Knuth's product of uniforms; means here are small. */
function poisson(random: Random, mean: number): number {
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = random(); product > limit; product *= random()) count += 1;
  return count;
}
