/** Why claims do not hold: written by hand, shown only for those that did not hold when the page was made. */
export interface Limit {
  /** Of the claims that it explains, matched against their words. */
  readonly claims: RegExp;
  /** What stands in the way: a bound with its sum, or what the data do not show. */
  readonly bound: string;
  /** What was tried against it, and what came of each. */
  readonly tried: string;
  /** The best that any of that reached, where it is better than what is shown. */
  readonly best?: string;
}

export const LIMITS: readonly Limit[] = [];
