export interface ClientSlotsOptions {
  /** Clients held at once: streams, long-polls and verdicts that wait. */
  readonly max: number;
}

/** Counts the clients whose answer is held open, so that there is an end to them. */
export class ClientSlots {
  readonly max: number;
  #open = 0;
  #refused = 0;
  #dropped = 0;

  constructor({ max }: ClientSlotsOptions) {
    this.max = max;
  }

  get open(): number {
    return this.#open;
  }

  get refused(): number {
    return this.#refused;
  }

  /** Ended by us because they did not read. */
  get dropped(): number {
    return this.#dropped;
  }

  /** A slot's release, or undefined where all are taken. Releasing twice does nothing. */
  acquire(): (() => void) | undefined {
    if (this.#open >= this.max) {
      this.#refused += 1;
      return undefined;
    }
    this.#open += 1;
    let isHeld = true;
    return () => {
      if (isHeld) this.#open -= 1;
      isHeld = false;
    };
  }

  countDropped(): void {
    this.#dropped += 1;
  }
}
