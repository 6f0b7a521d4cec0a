import { HeadwayError, type Random } from "@headway/core";
import { gamma, weibull } from "../simulation/random.ts";
import type { ArrivalTimes } from "./arrival-times.ts";
import { gammaFunction } from "./gamma-function.ts";
import { Intensity, multiply, type Piece } from "./intensity.ts";
import {
  type ServegenTrace,
  type TraceClient,
  type TraceWindow,
  WINDOW_S,
} from "./servegen-trace.ts";

export interface ServegenOptions {
  /** Of all clients together, over the run. */
  readonly perSecond: number;
  /** Where in the trace the run begins. */
  readonly startS: number;
  readonly durationS: number;
  readonly spikes: readonly Piece[];
  /** One stream for each client. */
  readonly random: (purpose: string) => Random;
}

/**
 * The load of a production service, composed of its clients as ServeGen does it: each is a renewal process with its own rate and
 * Gamma or Weibull times between arrivals, both changing every ten minutes of real time. All rates are multiplied by one number, so
 * that the mean over the run is the one asked for; the burstiness of each client, and day and night, stay as they are.
 *
 * Rates are the trace's own counts and only the shapes are the fitted ones: the fitted scales miss the mean by up to four times where
 * the tail is heavy.
 */
export class ServegenArrivals implements ArrivalTimes {
  readonly #clients: readonly Renewals[];

  constructor(trace: ServegenTrace, options: ServegenOptions) {
    const spans = trace.clients.map((client) => unroll(client, trace.lengthS, options));
    const total = spans.flat().reduce((sum, span) => sum + span.perSecond * span.lengthS, 0);
    if (total === 0)
      throw new HeadwayError(
        "ERR_CONFIG_RANGE",
        `servegen arrivals: no client sends anything in the ${options.durationS} s from startS ${options.startS} on`,
      );
    const scale = (options.perSecond * options.durationS) / total;
    this.#clients = spans.map(
      (ofClient, at) => new Renewals(ofClient, scale, options.spikes, options.random(String(at))),
    );
  }

  next(): number {
    let first = this.#clients[0]!;
    for (const client of this.#clients) if (client.nextMs < first.nextMs) first = client;
    const atMs = first.nextMs;
    if (atMs < Infinity) first.advance();
    return atMs;
  }
}

interface Span {
  /** Since the run's start; the first may begin before it. */
  readonly fromS: number;
  readonly lengthS: number;
  readonly perSecond: number;
  readonly window: TraceWindow | undefined;
}

/** The client's windows that the run covers, in the run's own time; a run longer than the trace meets it again. */
function unroll(
  { windows }: TraceClient,
  traceS: number,
  { startS, durationS }: ServegenOptions,
): readonly Span[] {
  const byStart = new Map(windows.map((window) => [window.fromS, window]));
  const spans: Span[] = [];
  for (let inTrace = startS; inTrace < startS + durationS;) {
    const windowStart = Math.floor(inTrace / WINDOW_S) * WINDOW_S;
    const endS = Math.min(windowStart + WINDOW_S, startS + durationS);
    const window = byStart.get(windowStart % traceS);
    const lengthS = endS - inTrace;
    spans.push({ fromS: inTrace - startS, lengthS, perSecond: window?.perSecond ?? 0, window });
    inTrace = endS;
  }
  return spans;
}

/** One client: a renewal process of mean rate 1, run by the clock of its rate. */
class Renewals {
  readonly #spans: readonly Span[];
  readonly #random: Random;
  readonly #intensity: Intensity;
  #span = 0;
  nextMs: number;

  constructor(spans: readonly Span[], scale: number, spikes: readonly Piece[], random: Random) {
    this.#spans = spans;
    this.#random = random;
    const rates = spans.map(({ fromS, perSecond }) => ({
      fromMs: 1_000 * fromS,
      value: (perSecond * scale) / 1_000,
    }));
    const end = spans.at(-1)!;
    rates.push({ fromMs: 1_000 * (end.fromS + end.lengthS), value: 0 });
    this.#intensity = new Intensity(multiply(rates, spikes));
    // Begun in its stationary state: a bursty client begun with an arrival would bring (CV² - 1) / 2 too many.
    this.nextMs = this.#intensity.after(0, random() * lengthBiased(random, this.#windowAt(0)));
  }

  advance(): void {
    this.nextMs = this.#intensity.after(
      this.nextMs,
      interval(this.#random, this.#windowAt(this.nextMs)),
    );
  }

  #windowAt(ms: number): TraceWindow | undefined {
    for (let next = this.#spans[this.#span + 1]; next; next = this.#spans[this.#span + 1]) {
      if (1_000 * next.fromS > ms) break;
      this.#span += 1;
    }
    return this.#spans[this.#span]!.window;
  }
}

/** Mean 1. A client that is silent now takes the exponential until it speaks. */
function interval(random: Random, window: TraceWindow | undefined): number {
  if (window === undefined) return gamma(random, 1, 1);
  const { pattern, shape } = window;
  return pattern === "gamma"
    ? gamma(random, shape, 1 / shape)
    : weibull(random, shape, 1 / gammaFunction(1 + 1 / shape));
}

/** The interval that a moment falls into: long ones are met more often. */
function lengthBiased(random: Random, window: TraceWindow | undefined): number {
  if (window === undefined) return gamma(random, 2, 1);
  const { pattern, shape } = window;
  return pattern === "gamma"
    ? gamma(random, shape + 1, 1 / shape)
    : gamma(random, 1 + 1 / shape, 1) ** (1 / shape) / gammaFunction(1 + 1 / shape);
}
