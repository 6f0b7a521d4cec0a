import { countAbove } from "../signals/histogram.ts";
import type { HistogramData } from "../signals/histogram.ts";

/** So many attempts' worth of the prior, that an attempt ends as soon whatever its age, is mixed into what was seen. */
const PRIOR_ATTEMPTS = 4;

export interface EndingsSeen {
  /** Seconds that those took that ended in the last `seconds`. */
  readonly took: HistogramData | undefined;
  readonly seconds: number;
  /** Seconds for which those in flight are open now. */
  readonly ages: HistogramData | undefined;
  /** Mean seconds that an attempt takes. */
  readonly attemptS: number;
}

/**
 * How soon an attempt ends that is open for some time already, by its hazard: of those that were open for so long, how many ended per
 * second. With E that ended at such an age in T seconds, N open at such an age now, and m attempts' worth of the mean S for a prior,
 *
 *     h = (E + m) / (N T + m S)        P(it ends within t) = 1 - exp(-h t)
 */
export class AttemptEndings {
  readonly #seen: EndingsSeen;

  constructor(seen: EndingsSeen) {
    this.#seen = seen;
  }

  /** How likely an attempt ends within `withinS` that was open for `ageS` when it was last heard of. */
  chance(ageS: number, withinS: number): number {
    const { took, seconds, ages, attemptS } = this.#seen;
    const ended = between(took, ageS, ageS + withinS);
    const open = between(ages, ageS, ageS + withinS);
    const hazard =
      (ended + PRIOR_ATTEMPTS) / Math.max(open * seconds + PRIOR_ATTEMPTS * attemptS, 0.001);
    return 1 - Math.exp(-hazard * withinS);
  }
}

function between(data: HistogramData | undefined, from: number, to: number): number {
  return data ? countAbove(data, from) - countAbove(data, to) : 0;
}
