import { numbersOf } from "./parsed-state.ts";

/** One window's statistic, with what is needed to know how far it may stray by chance. */
export interface Sample {
  /** Usually the mean of logarithms over the window. */
  readonly value: number;
  /** How many observations that mean is of. */
  readonly count: number;
  /** Their variance within the window; 0 where it is not known. */
  readonly variance: number;
  /** What the value may lawfully depend on (logarithm of in-flight), absent where nothing is. */
  readonly covariate?: number;
}

export interface Standing {
  /** The value minus what the baseline expects of it, in the value's own unit. */
  readonly residual: number;
  /** Standard deviation that the residual would have if nothing changed. */
  readonly scale: number;
  readonly expected: number;
  /** Standard error of the baseline's location, in units of `scale`: what a chart must allow for on top. */
  readonly uncertainty: number;
}

/** With fewer windows than this, neither location nor scale is worth comparing with. */
export const WINDOWS_MIN = 30;
/** Memory in windows: half an hour. Long against a fault's onset, short against the change of load over a day. */
const MEMORY_WINDOWS = 1_800;
/** Residuals count in learning up to this many standard deviations, so that a spike does not widen the scale. */
const WINSOR = 3;
/** Half the width of a histogram's bucket at scale 5 and a little: below it, differences are the histogram's, not the dependency's. */
const SCALE_MIN = 0.02;
/** Correlation from one window to the next is believed up to here; above, the variance it implies diverges. */
const CORRELATION_MAX = 0.8;
/** Added to the covariate's variance so that a load that never varied teaches no slope (ridge regression). */
const RIDGE = 0.05;
/** How much of a new highest load is believed per window: a rush hour is known after ten seconds, a burst hardly. */
const PEAK_GAIN = 0.1;

/** What the pooled variance within a window weighs against the window's own, and what one window adds to it at most. */
const DEGREES_POOLED = 20;
const DEGREES_OWN_MAX = 50;

const KEYS = [
  "windows",
  "location",
  "between",
  "within",
  "degrees",
  "correlation",
  "lastZ",
  "covariateMean",
  "covariateVariance",
  "covariance",
  "covariateMax",
] as const;

/**
 * What is usual for one statistic of one dependency, learned as it runs:
 *
 *     residual = value − location − slope · (covariate − its mean)
 *     scale²   = (within / count + between) · (1 + r) / (1 − r)
 *
 * `within / count` is the chance in a mean of `count` observations, its variance pooled over windows (a window of one call has none of
 * its own); `between` is what seconds differ by beyond that, because
 * calls of one second share their fate (a plain z·√count over-counts the evidence by an order of magnitude). r is the
 * correlation of neighbouring windows; the factor is its effect on a cumulative sum (Bagshaw and Johnson, 1975). All are
 * exponentially weighted moments with gain max(1/n, 1/1800), of residuals winsorised at three standard deviations.
 *
 * The slope lies in [0, 1] and the covariate is cut at the highest that the baseline knows: in-flight is also an *effect* of
 * slowness (Little's law), and where load was never seen it excuses nothing.
 */
export class Baseline {
  #s: Record<(typeof KEYS)[number], number> = {
    windows: 0,
    location: 0,
    between: 0,
    within: 0,
    degrees: 0,
    correlation: 0,
    lastZ: 0,
    covariateMean: 0,
    covariateVariance: 0,
    covariance: 0,
    covariateMax: 0,
  };

  get isReady(): boolean {
    return this.#s.windows >= WINDOWS_MIN;
  }

  get location(): number {
    return this.#s.location;
  }

  get slope(): number {
    const slope = this.#s.covariance / (this.#s.covariateVariance + RIDGE);
    return Math.min(1, Math.max(0, slope));
  }

  compare({ value, count, variance, covariate }: Sample): Standing {
    const { location, covariateMean, covariateMax, windows } = this.#s;
    const excess = covariate === undefined ? 0 : Math.min(covariate, covariateMax) - covariateMean;
    const expected = location + this.slope * excess;
    const r = Math.min(CORRELATION_MAX, Math.max(0, this.#s.correlation));
    const inflation = (1 + r) / (1 - r);
    const chance =
      this.#within(variance, count) / Math.max(count, 1) + Math.max(0, this.#s.between);
    // A scale from n windows is itself uncertain by 1/√(2n): two such errors are allowed for while n is small.
    const small = 1 + 2 / Math.sqrt(2 * Math.max(windows, 1));
    const scale = Math.max(Math.sqrt(chance * inflation) * small, SCALE_MIN);
    const windowsEffective = Math.min(Math.max(windows, 1), 2 * MEMORY_WINDOWS);
    return {
      residual: value - expected,
      scale,
      expected,
      uncertainty: 1 / Math.sqrt(windowsEffective),
    };
  }

  /** `pace` below 1 learns more slowly: what may be a fault shall not become usual while anybody still looks at it. */
  learn(sample: Sample, pace = 1): void {
    const s = this.#s;
    const { residual, scale } = this.compare(sample);
    const bound = this.isReady ? WINSOR * scale : Infinity;
    const trimmed = Math.min(bound, Math.max(-bound, residual));
    const gain = Math.max(1 / (s.windows + 1), 1 / MEMORY_WINDOWS) * pace;
    this.#learnCovariate(sample, trimmed, gain, pace);
    // The first windows have no scale yet, and a z of theirs would stay in the correlation for minutes.
    const z =
      s.windows < WINDOWS_MIN / 3 ? 0 : Math.min(WINSOR, Math.max(-WINSOR, trimmed / scale));
    if (s.windows > 0) {
      s.between +=
        gain *
        (trimmed ** 2 * (1 - gain) -
          this.#within(sample.variance, sample.count) / Math.max(sample.count, 1) -
          s.between);
      // The correlation is of z; its own mean square is near (1 − r)/(1 + r) by the inflation in the scale, so undo that.
      const r = Math.min(CORRELATION_MAX, Math.max(0, s.correlation));
      s.correlation += gain * (z * s.lastZ * ((1 + r) / (1 - r)) - s.correlation);
    }
    this.#learnWithin(sample, pace);
    s.lastZ = z;
    s.location += gain * trimmed;
    s.windows = Math.min(s.windows + pace, MEMORY_WINDOWS * 2);
  }

  state(): unknown {
    return { ...this.#s };
  }

  restore(state: unknown): void {
    const numbers = numbersOf(state, KEYS);
    if (numbers && numbers.windows >= 0) this.#s = numbers;
  }

  /** The window's own variance stands against the pooled one with its degrees of freedom: of a single call it says nothing. */
  #within(variance: number, count: number): number {
    const { within, degrees } = this.#s;
    const own = Math.max(count - 1, 0);
    const pooled = Math.min(degrees, DEGREES_POOLED);
    if (own + pooled === 0) return 0;
    return (own * variance + (degrees > 0 ? (pooled * within) / degrees : 0)) / (own + pooled);
  }

  #learnWithin({ variance, count }: Sample, pace: number): void {
    if (count <= 1) return;
    const s = this.#s;
    const own = Math.min(count - 1, DEGREES_OWN_MAX);
    const keep = 1 - pace / MEMORY_WINDOWS;
    s.within = s.within * keep + pace * own * variance;
    s.degrees = s.degrees * keep + pace * own;
  }

  #learnCovariate({ covariate }: Sample, trimmed: number, gain: number, pace: number): void {
    if (covariate === undefined) return;
    const s = this.#s;
    const slope = this.slope;
    const delta = covariate - s.covariateMean;
    // The residual has the slope's part taken out already; the covariance is of the whole.
    s.covariance += gain * ((trimmed + slope * delta) * delta * (1 - gain) - s.covariance);
    s.covariateVariance += gain * (delta ** 2 * (1 - gain) - s.covariateVariance);
    s.covariateMean += gain * delta;
    if (s.windows === 0) s.covariateMax = covariate;
    else if (covariate < s.covariateMax) s.covariateMax += gain * (covariate - s.covariateMax);
    // A single window's peak, which may be a fault's first, becomes known only in part; in doubt nothing new does.
    else if (pace === 1) s.covariateMax += PEAK_GAIN * (covariate - s.covariateMax);
  }
}
