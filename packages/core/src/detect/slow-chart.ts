import { numbersOf } from "./parsed-state.ts";

/** Trouble is when half of the blocks are slow, and not over while three tenths are. */
const SHARE_SLOW = 0.5;
const SHARE_RECOVERING = 0.3;
/** Blocks are few: half a dozen good ones in a row end the trouble. */
const THRESHOLD_DOWN = Math.log(5);
/** Where blocks are so rare that the run length means hardly any, evidence is still asked for. */
const BLOCKS_MIN = 1_000;
/** Where much is usually slow, the chart looks for four times those odds. */
const ODDS_MIN = 4;

export interface Usual {
  /** Of blocks, when all is well. */
  readonly shareSlow: number;
  readonly blocksPerWindow: number;
}

/**
 * CUSUM of the log-likelihood ratio that half of the blocks are slow, with its mirror for the way back:
 *
 *     up   ← max(0, up + llr(½))       alarm when up > log(run length · blocks per window)
 *     down ← max(0, down − llr(0.3))   over when down > log 5
 *
 * The run length is in windows: a dependency that is called once in ten seconds may be believed on less, since it has fewer
 * chances to be wrong. By Lorden's bound no law of times makes it alarm more often, as long as slow blocks come independently.
 */
export class SlowChart {
  readonly #runLength: number;
  #up = 0;
  #down = 0;
  #isSlow = false;

  constructor(runLength: number) {
    this.#runLength = runLength;
  }

  get isSlow(): boolean {
    return this.#isSlow;
  }

  /** For who learns the usual share beside it. */
  get stage(): "at zero" | "excursion" | "alarm" {
    if (this.#isSlow) return "alarm";
    return this.#up > 0 ? "excursion" : "at zero";
  }

  observe(isSlow: boolean, { shareSlow, blocksPerWindow }: Usual): void {
    if (this.#isSlow) {
      this.#down = Math.max(0, this.#down - llrOf(isSlow, SHARE_RECOVERING, shareSlow));
      if (this.#down > THRESHOLD_DOWN) this.#turn(false);
    } else {
      this.#up = Math.max(0, this.#up + llrOf(isSlow, SHARE_SLOW, shareSlow));
      const threshold = Math.log(Math.max(BLOCKS_MIN, this.#runLength * blocksPerWindow));
      if (this.#up > threshold) this.#turn(true);
    }
  }

  state(): unknown {
    return { up: this.#up, down: this.#down, isSlow: Number(this.#isSlow) };
  }

  restore(state: unknown): void {
    const numbers = numbersOf(state, ["up", "down", "isSlow"]);
    if (!numbers) return;
    this.#up = numbers.up;
    this.#down = numbers.down;
    this.#isSlow = numbers.isSlow === 1;
  }

  #turn(isSlow: boolean): void {
    this.#isSlow = isSlow;
    this.#up = 0;
    this.#down = 0;
  }
}

function llrOf(isSlow: boolean, share: number, usual: number): number {
  const odds = (usual / (1 - usual)) * ODDS_MIN;
  const slow = Math.max(share, odds / (1 + odds));
  return isSlow ? Math.log(slow / usual) : Math.log((1 - slow) / (1 - usual));
}
