/**
 * At most the chance that of `trials` at least `successes` succeed where each does with `share` (Chernoff):
 *
 *     P(X ≥ r) ≤ exp(−n · KL(r/n ‖ p))        for r/n > p, else 1
 *
 * Within a factor of a few of the true tail, and always above it: it claims too little, never too much.
 */
export function binomialTailMax(successes: number, trials: number, share: number): number {
  if (trials <= 0 || successes <= share * trials) return 1;
  if (share <= 0) return 0;
  const q = Math.min(1, successes / trials);
  const divergence =
    q * Math.log(q / share) + (q < 1 ? (1 - q) * Math.log((1 - q) / (1 - share)) : 0);
  return Math.exp(-trials * divergence);
}
