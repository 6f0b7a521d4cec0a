/** A detector of one series of logarithms, one value a window; says whether this window is abnormal. */
export interface SeriesDetector {
  observe(value: number): boolean;
}

export interface SeriesBaseline {
  readonly name: string;
  create(): SeriesDetector;
}

/** Mean and spread of what was not abnormal, exponentially forgotten: what every chart below standardises with. */
export class RunningMoments {
  readonly #memory: number;
  #count = 0;
  #mean = 0;
  #variance = 0;

  constructor(memory: number) {
    this.#memory = memory;
  }

  get count(): number {
    return this.#count;
  }

  z(value: number): number {
    return (value - this.#mean) / Math.max(Math.sqrt(this.#variance), SPREAD_MIN);
  }

  learn(value: number): void {
    this.#count += 1;
    const gain = 1 / Math.min(this.#count, this.#memory);
    const deviation = value - this.#mean;
    this.#mean += gain * deviation;
    this.#variance = (1 - gain) * (this.#variance + gain * deviation ** 2);
  }
}

/** A hundredth: no less is told apart in series that are written to three digits. */
const SPREAD_MIN = 0.01;
/** Windows before anything is compared, and the memory of what is usual. */
export const WARM_UP = 30;
export const MEMORY = 240;
