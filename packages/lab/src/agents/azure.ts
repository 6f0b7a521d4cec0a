import { join } from "node:path";
import type { ArrivalTimes } from "./arrival-times.ts";
import { Intensity, type Piece } from "./intensity.ts";
import { textOf } from "./servegen-trace.ts";

export interface AzureOptions {
  readonly perSecond: number;
  /** Where in the trace, in its own time, the run begins. */
  readonly startS: number;
  readonly spikes: readonly Piece[];
}

const traces = new Map<string, readonly number[]>();

/** Seconds since the first, of an hour of requests for code by Azure's users (Splitwise, ISCA 2024). Read once in a process. */
export function readAzure(folder: string): readonly number[] {
  const path = join(folder, "azure_llm_2023", "AzureLLMInferenceTrace_code.csv.gz");
  const known = traces.get(path);
  if (known !== undefined) return known;
  const stamps = textOf(path)
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((line) => secondsOf(line.slice(0, line.indexOf(","))));
  const seconds = stamps.map((stamp) => stamp - stamps[0]!);
  traces.set(path, seconds);
  return seconds;
}

/** `2023-11-16 18:17:03.9799600`: the last digits are beyond what a Date keeps. */
function secondsOf(stamp: string): number {
  const [seconds = "", fraction = "0"] = stamp.split(".");
  return Date.parse(`${seconds.replace(" ", "T")}Z`) / 1_000 + Number(`0.${fraction}`);
}

/** The recorded arrivals themselves, faster or slower so that their mean rate is the one asked for; after the last comes the first. */
export class AzureArrivals implements ArrivalTimes {
  readonly #seconds: readonly number[];
  readonly #intensity: Intensity;
  #at: number;
  #lastS: number;
  #nowMs = 0;

  constructor(seconds: readonly number[], { perSecond, startS, spikes }: AzureOptions) {
    this.#seconds = seconds;
    const speed = perSecond / (seconds.length / this.#lengthS);
    this.#intensity = new Intensity(
      spikes.map(({ fromMs, value }) => ({ fromMs, value: (value * speed) / 1_000 })),
    );
    this.#lastS = startS % this.#lengthS;
    const first = seconds.findIndex((second) => second >= this.#lastS);
    this.#at = first === -1 ? seconds.length : first;
  }

  next(): number {
    if (this.#at === this.#seconds.length) {
      this.#at = 0;
      this.#lastS -= this.#lengthS;
    }
    const second = this.#seconds[this.#at]!;
    this.#nowMs = this.#intensity.after(this.#nowMs, second - this.#lastS);
    this.#lastS = second;
    this.#at += 1;
    return this.#nowMs;
  }

  /** With a usual gap between the last and the first, when the trace is begun anew. */
  get #lengthS(): number {
    const { length } = this.#seconds;
    return (this.#seconds[length - 1]! * length) / (length - 1);
  }
}
