import type { Random } from "@headway/core";
import { createOpenArrivals, type OpenArrivalSpec } from "../agents/open-arrivals.ts";
import { exponential, lognormal, randomStream } from "../simulation/random.ts";
import type { SyntheticFleet } from "./synthetic-fleet.ts";

export interface SilenceLoad {
  readonly name: string;
  readonly arrivals: OpenArrivalSpec;
  readonly service: ServiceSpec;
}

export interface ServiceSpec {
  readonly meanMs: number;
  /** Of the logarithm, within a moment. */
  readonly sigma: number;
  /** And of what all calls of a moment share, changing over about `sharedMs`: neighbours on one machine, long answers in fashion. */
  readonly sigmaShared: number;
  readonly sharedMs: number;
  readonly shareFailed: number;
  readonly timeoutMs: number;
}

/** Answers of tens of seconds, as models give them. */
export const MODEL: ServiceSpec = {
  meanMs: 12_000,
  sigma: 0.9,
  sigmaShared: 0.05,
  sharedMs: 60_000,
  shareFailed: 0.01,
  timeoutMs: 120_000,
};

/** A lookup. */
export const TOOL: ServiceSpec = { ...MODEL, meanMs: 300, sigma: 0.5, timeoutMs: 5_000 };

const AGENTS = 60;
const TRIES = 3;
const BACKOFF_MS = 1_000;

/** A dependency that nothing is wrong with, called as production services are: bursts, day and night, a failure now and then that is retried. */
export function silentFleet(
  { arrivals, service }: SilenceLoad,
  { seed, durationS, dataFolder }: { seed: number; durationS: number; dataFolder: string },
): SyntheticFleet {
  const random = (purpose: string): Random => randomStream(seed, `silence/${purpose}`);
  const durations = random("durations");
  const outcomes = random("outcomes");
  const pauses = random("pauses");
  const shared = new SharedLevel(service, random("shared"));
  return {
    dependency: "model:openai/gpt-5",
    agents: AGENTS,
    random: random("agents"),
    arrivals: createOpenArrivals(arrivals, {
      spikes: [{ fromMs: 0, value: 1 }],
      durationS,
      dataFolder,
      random,
    }),
    attempt: (atMs) => {
      const wantedMs = lognormal(durations, service.meanMs, service.sigma) * shared.at(atMs);
      if (wantedMs > service.timeoutMs)
        return { durationMs: service.timeoutMs, outcome: "timeout" };
      return { durationMs: wantedMs, outcome: outcomes() < service.shareFailed ? "error" : "ok" };
    },
    retries: (attempt) => (attempt < TRIES ? [BACKOFF_MS * (0.5 + pauses())] : []),
  };
}

/** A factor on all durations that wanders about 1 and forgets where it was (an Ornstein and Uhlenbeck process on the logarithm, in steps). */
class SharedLevel {
  readonly #service: ServiceSpec;
  readonly #random: Random;
  #log = 0;
  #nextMs = 0;

  constructor(service: ServiceSpec, random: Random) {
    this.#service = service;
    this.#random = random;
  }

  at(atMs: number): number {
    const { sigmaShared, sharedMs } = this.#service;
    while (this.#nextMs <= atMs) {
      this.#nextMs += exponential(this.#random, sharedMs);
      this.#log = Math.log(lognormal(this.#random, 1, sigmaShared));
    }
    return Math.exp(this.#log);
  }
}
