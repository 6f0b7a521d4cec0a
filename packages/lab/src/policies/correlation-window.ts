/** Pearson's correlation of the last so many pairs, and how much the second of them varies. */
export class CorrelationWindow {
  readonly #size: number;
  readonly #warmUp: number;
  readonly #pairs: { readonly x: number; readonly y: number }[] = [];

  constructor(size: number, warmUp: number) {
    this.#size = size;
    this.#warmUp = warmUp;
  }

  /** Zero where there is too little to say, or one of the two varies by less than a hundredth. */
  add(x: number, y: number): { readonly correlation: number; readonly variationOfY: number } {
    this.#pairs.push({ x, y });
    if (this.#pairs.length > this.#size) this.#pairs.shift();
    const count = this.#pairs.length;
    if (count < this.#warmUp) return { correlation: 0, variationOfY: 0 };
    const mean = (of: (pair: { x: number; y: number }) => number): number =>
      this.#pairs.reduce((sum, pair) => sum + of(pair), 0) / count;
    const meanX = mean((pair) => pair.x);
    const meanY = mean((pair) => pair.y);
    const sdX = Math.sqrt(mean((pair) => (pair.x - meanX) ** 2));
    const sdY = Math.sqrt(mean((pair) => (pair.y - meanY) ** 2));
    const variationOfY = meanY === 0 ? 0 : sdY / meanY;
    if (meanX === 0 || sdX / meanX < 0.01 || variationOfY < 0.01)
      return { correlation: 0, variationOfY };
    const covariance = mean((pair) => (pair.x - meanX) * (pair.y - meanY));
    return { correlation: covariance / (sdX * sdY), variationOfY };
  }
}
