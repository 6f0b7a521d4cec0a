/**
 * Bounds what all bodies in flight hold together. Each body is bounded too, but a thousand senders at once are a
 * thousand times that; over the budget a sender is told to come back, which every OTLP exporter does.
 */
export class ByteBudget {
  readonly bytesMax: number;
  #bytes = 0;

  constructor(bytesMax: number) {
    this.bytesMax = bytesMax;
  }

  get bytes(): number {
    return this.#bytes;
  }

  take(bytes: number): boolean {
    if (this.#bytes + bytes > this.bytesMax) return false;
    this.#bytes += bytes;
    return true;
  }

  giveBack(bytes: number): void {
    this.#bytes -= bytes;
  }
}
