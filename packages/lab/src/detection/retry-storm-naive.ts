/** A second counts towards the estimate for this long. */
const SECONDS = 60;

/**
 * The estimator that needs no causes, as the line to beat: the branching ratio of a Hawkes process from the Fano factor of its counts
 * (N. R. Hardiman and J.-P. Bouchaud, 2014),
 *
 *     n = 1 − 1 / √F,   F = variance / mean of the attempts per second over the last minute
 *
 * It takes every burst for self-excitation: production traffic to models without any failure stands at 0.5 to 0.9.
 */
export class NaiveBranchingRatio {
  #counts: number[] = [];

  observe(attempts: number): number {
    this.#counts.push(attempts);
    if (this.#counts.length > SECONDS) this.#counts.shift();
    const { length } = this.#counts;
    const mean = this.#counts.reduce((sum, count) => sum + count, 0) / length;
    if (length < 2 || mean === 0) return 0;
    const variance =
      this.#counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / (length - 1);
    return variance <= mean ? 0 : 1 - Math.sqrt(mean / variance);
  }
}
