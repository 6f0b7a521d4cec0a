import { estimate } from "../run/estimate.ts";
import type { Estimate } from "../run/estimate.ts";
import { POLICIES } from "../policies/all.ts";
import type { Measures, RunOutcome, Series } from "../run/outcome.ts";
import { pairedDifference, summarise } from "../run/summary.ts";
import type { MeasureName, Summary } from "../run/summary.ts";
import type { ChartSeries } from "./chart.ts";

export const HEADWAY = "headway";
export const ORACLE = "oracle";
/** Everything that could be had instead of Headway: all policies but the oracle, which nobody can have. */
export const RIVALS: readonly string[] = POLICIES.filter(({ kind }) => kind !== "oracle").map(
  ({ name }) => name,
);
export const LOCAL_RIVALS: readonly string[] = POLICIES.filter(({ kind }) => kind === "local").map(
  ({ name }) => name,
);
export const EVERYBODY: readonly string[] = [...RIVALS, HEADWAY, ORACLE];

/** All policies' runs in one scenario. */
export class Comparison {
  readonly #outcomes: readonly RunOutcome[];
  readonly summaries: readonly Summary[];

  constructor(outcomes: readonly RunOutcome[], scenario: string) {
    this.#outcomes = outcomes.filter((outcome) => outcome.scenario === scenario);
    this.summaries = summarise(this.#outcomes);
  }

  mean(policy: string, measure: MeasureName): number {
    return this.of(policy).measures[measure].mean;
  }

  of(policy: string): Summary {
    const summary = this.summaries.find((candidate) => candidate.policy === policy);
    if (summary === undefined) throw new RangeError(`${policy} was not run`);
    return summary;
  }

  /** Goodput as a share of the oracle's. */
  ofOracle(policy: string): number {
    return this.mean(policy, "goodput") / this.mean(ORACLE, "goodput");
  }

  /** What one policy's runs came to, over another's, seed by seed. */
  ratio(policy: string, over: string, of: (measures: Measures) => number): Estimate {
    const others = this.#runsOf(over);
    return estimate(
      this.#runsOf(policy).map(({ measures }, at) => of(measures) / of(others[at]!.measures)),
    );
  }

  /** The one with the most goodput among these. */
  best(policies: readonly string[]): string {
    return policies.reduce((best, policy) =>
      this.mean(policy, "goodput") > this.mean(best, "goodput") ? policy : best,
    );
  }

  /** Headway's goodput less another's, seed by seed. */
  lead(over: string): { readonly mean: number; readonly low: number; readonly high: number } {
    return pairedDifference(this.#runsOf(HEADWAY), this.#runsOf(over)).goodput;
  }

  /** Means over the seeds, smoothed over five seconds. */
  curve(policy: string, of: keyof Series, fromS: number, toS: number): ChartSeries {
    const runs = this.#runsOf(policy);
    const at = (second: number): number =>
      runs.reduce((sum, { series }) => sum + (series[of][second] ?? 0), 0) / runs.length;
    const points = Array.from({ length: toS - fromS }, (_, index) => {
      const around = [-2, -1, 0, 1, 2].map((offset) => at(fromS + index + offset));
      return { x: fromS + index, y: around.reduce((sum, value) => sum + value, 0) / 5 };
    });
    return { name: policy, points, isReference: policy === ORACLE };
  }

  #runsOf(policy: string): readonly RunOutcome[] {
    return this.#outcomes.filter((outcome) => outcome.policy === policy);
  }
}
