export interface Piece {
  readonly fromMs: number;
  /** From `fromMs` until the next piece. */
  readonly value: number;
}

/**
 * A rate that changes in steps, and the time at which its integral has grown by an amount. An arrival process of mean rate 1 takes on
 * any rate by this change of clock and keeps its own burstiness; for a Poisson process the result is exact (Çinlar's inversion).
 */
export class Intensity {
  readonly #pieces: readonly Piece[];
  #at = 0;

  /** The first piece begins at 0 or before; the last holds for ever. */
  constructor(pieces: readonly Piece[]) {
    this.#pieces = pieces;
  }

  /** Callers ask in the order of time. Infinity where the rate stays 0. */
  after(fromMs: number, amount: number): number {
    let now = fromMs;
    let left = amount;
    for (;;) {
      const next = this.#pieces[this.#at + 1];
      if (next !== undefined && next.fromMs <= now) {
        this.#at += 1;
        continue;
      }
      const { value } = this.#pieces[this.#at]!;
      const due = value > 0 ? now + left / value : Infinity;
      if (next === undefined || due <= next.fromMs) return due;
      left -= (next.fromMs - now) * value;
      now = next.fromMs;
    }
  }
}

/** The product of two rates. */
export function multiply(a: readonly Piece[], b: readonly Piece[]): readonly Piece[] {
  const starts = [...new Set([...a, ...b].map(({ fromMs }) => fromMs))].sort((x, y) => x - y);
  return starts.map((fromMs) => ({ fromMs, value: valueAt(a, fromMs) * valueAt(b, fromMs) }));
}

export function valueAt(pieces: readonly Piece[], ms: number): number {
  return pieces.findLast(({ fromMs }) => fromMs <= ms)?.value ?? 0;
}
