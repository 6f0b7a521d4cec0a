/**
 * Cells along time, bounded: when they would span more than `cellsMax` buckets, buckets become twice as wide and neighbours
 * are joined. Times may come in any order, and the result does not depend on it.
 */
export class Timeline<Cell> {
  readonly #options: TimelineOptions<Cell>;
  #widthMs: number;
  #cells = new Map<number, Cell>();
  #first = Number.POSITIVE_INFINITY;
  #last = Number.NEGATIVE_INFINITY;
  #lastCell: Cell | undefined;
  #lastBucket = Number.NaN;

  constructor(options: TimelineOptions<Cell>) {
    this.#options = options;
    this.#widthMs = options.widthMs;
  }

  get widthMs(): number {
    return this.#widthMs;
  }

  at(ms: number): Cell {
    const bucket = Math.floor(ms / this.#widthMs);
    // What happens together is told together.
    if (bucket === this.#lastBucket && this.#lastCell !== undefined) return this.#lastCell;
    this.#widen(bucket);
    const placed = Math.floor(ms / this.#widthMs);
    let cell = this.#cells.get(placed);
    if (cell === undefined) {
      cell = this.#options.create();
      this.#cells.set(placed, cell);
    }
    this.#lastBucket = placed;
    this.#lastCell = cell;
    return cell;
  }

  /** The cell of a time, if anything happened then. */
  get(ms: number): Cell | undefined {
    return this.#cells.get(Math.floor(ms / this.#widthMs));
  }

  /** In order of time. */
  entries(): readonly (readonly [fromMs: number, cell: Cell])[] {
    return [...this.#cells]
      .toSorted(([a], [b]) => a - b)
      .map(([bucket, cell]) => [bucket * this.#widthMs, cell] as const);
  }

  #widen(bucketAsked: number): void {
    let bucket = bucketAsked;
    this.#first = Math.min(this.#first, bucket);
    this.#last = Math.max(this.#last, bucket);
    while (this.#last - this.#first >= this.#options.cellsMax) {
      this.#halve();
      bucket = Math.floor(bucket / 2);
    }
  }

  #halve(): void {
    const joined = new Map<number, Cell>();
    for (const [bucket, cell] of this.#cells) {
      const into = joined.get(Math.floor(bucket / 2));
      if (into === undefined) joined.set(Math.floor(bucket / 2), cell);
      else this.#options.merge(into, cell);
    }
    this.#cells = joined;
    this.#widthMs *= 2;
    this.#first = Math.floor(this.#first / 2);
    this.#last = Math.floor(this.#last / 2);
    this.#lastBucket = Number.NaN;
  }
}

export interface TimelineOptions<Cell> {
  /** Of a bucket, to begin with. */
  readonly widthMs: number;
  readonly cellsMax: number;
  readonly create: () => Cell;
  readonly merge: (into: Cell, from: Cell) => void;
}
