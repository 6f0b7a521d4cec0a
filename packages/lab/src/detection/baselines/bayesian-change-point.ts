import type { SeriesDetector } from "./series.ts";
import { MEMORY, RunningMoments, WARM_UP } from "./series.ts";

interface Run {
  readonly mass: number;
  readonly kappa: number;
  readonly mean: number;
  readonly alpha: number;
  readonly beta: number;
}

const PRIOR: Run = { mass: 1, kappa: 1, mean: 0, alpha: 1, beta: 1 };
const RUNS_MAX = 300;
const MASS_MIN = 1e-9;
/** A run that began within so many windows and holds more than half of the belief is a change. */
const RECENT = 2;

/**
 * Bayesian online change-point detection (R. P. Adams and D. J. C. MacKay, 2007) on standardised values: runs grow with probability
 * 1 − H and begin anew with H; normal-inverse-gamma prior, Student-t predictive. Abnormal when a run that has just begun is the
 * likeliest, and lies higher.
 */
export class BayesianChangePoint implements SeriesDetector {
  readonly #hazard: number;
  readonly #moments = new RunningMoments(MEMORY);
  /** By age: the youngest first. */
  #runs: Run[] = [PRIOR];

  constructor(hazard: number) {
    this.#hazard = hazard;
  }

  observe(value: number): boolean {
    if (this.#moments.count < WARM_UP) {
      this.#moments.learn(value);
      return false;
    }
    const z = this.#moments.z(value);
    this.#moments.learn(value);
    const grown = this.#runs.map((run) => ({
      run,
      mass: run.mass * Math.exp(logPredictive(run, z)),
    }));
    const total = grown.reduce((sum, { mass }) => sum + mass, 0);
    if (!(total > 0)) {
      this.#runs = [PRIOR];
      return z > 0;
    }
    const kept = grown.map(({ run, mass }) => learned(run, z, ((1 - this.#hazard) * mass) / total));
    this.#runs = [{ ...PRIOR, mass: this.#hazard }, ...kept]
      .slice(0, RUNS_MAX)
      .filter(({ mass }, age) => age <= RECENT || mass > MASS_MIN);
    const recent = this.#runs.slice(0, RECENT + 1).reduce((sum, { mass }) => sum + mass, 0);
    return recent > 0.5 && z > 0;
  }
}

function learned({ kappa, mean, alpha, beta }: Run, z: number, mass: number): Run {
  return {
    mass,
    kappa: kappa + 1,
    mean: (kappa * mean + z) / (kappa + 1),
    alpha: alpha + 0.5,
    beta: beta + (kappa * (z - mean) ** 2) / (2 * (kappa + 1)),
  };
}

/** Student's t with 2α degrees of freedom, up to what is the same for all runs of one age. */
function logPredictive({ kappa, mean, alpha, beta }: Run, z: number): number {
  const scale = (beta * (kappa + 1)) / (alpha * kappa);
  const degrees = 2 * alpha;
  return (
    logGamma((degrees + 1) / 2) -
    logGamma(degrees / 2) -
    0.5 * Math.log(degrees * scale) -
    ((degrees + 1) / 2) * Math.log1p((z - mean) ** 2 / (degrees * scale))
  );
}

/** Stirling's series, shifted to where it converges. */
function logGamma(x: number): number {
  let shift = 0;
  let y = x;
  for (; y < 8; y += 1) shift -= Math.log(y);
  return shift + (y - 0.5) * Math.log(y) - y + 0.5 * Math.log(2 * Math.PI) + 1 / (12 * y);
}
