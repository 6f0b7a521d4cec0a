const NOT_RECORD = 0;
const RECORD = 1;

/** A sampler of any SDK line. */
export interface OtelSampler<
  Args extends readonly unknown[],
  Result extends { readonly decision: number },
> {
  shouldSample(...args: Args): Result;
  toString(): string;
}

/**
 * Lets processors see what the sampler would hide. A span that the delegate drops is recorded but not sampled: Headway counts
 * it, and batch and simple processors leave it out as before, so what you export and pay for stays the same.
 *
 * SDK 2.9 and later have this too (`createAlwaysRecordSampler`); this one is for every line.
 */
export function alwaysRecordSampler<
  Args extends readonly unknown[],
  Result extends { readonly decision: number },
>(delegate: OtelSampler<Args, Result>): OtelSampler<Args, Result> {
  return {
    shouldSample(...args) {
      const result = delegate.shouldSample(...args);
      return result.decision === NOT_RECORD ? { ...result, decision: RECORD } : result;
    },
    toString: () => `AlwaysRecordSampler{${delegate.toString()}}`,
  };
}
