import type { Random } from "@headway/core";
import { exponential } from "../simulation/random.ts";
import type { ArrivalTimes } from "./arrival-times.ts";
import { Intensity, type Piece } from "./intensity.ts";

/** The control: arrivals without memory. */
export class PoissonArrivals implements ArrivalTimes {
  readonly #random: Random;
  readonly #intensity: Intensity;
  #nowMs = 0;

  constructor(perSecond: number, spikes: readonly Piece[], random: Random) {
    this.#random = random;
    this.#intensity = new Intensity(
      spikes.map(({ fromMs, value }) => ({ fromMs, value: (value * perSecond) / 1_000 })),
    );
  }

  next(): number {
    this.#nowMs = this.#intensity.after(this.#nowMs, exponential(this.#random, 1));
    return this.#nowMs;
  }
}
