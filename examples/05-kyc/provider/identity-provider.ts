export interface IdentityProviderOptions {
  readonly workers: number;
  readonly queueLengthMax: number;
  /** How long the request that a worker takes up now will keep it. */
  readonly serviceMs: () => number;
}

/** A request that waits or is served. */
export interface Job {
  /** Nobody waits for the answer any more. A worker serves it all the same: it does not know. */
  abandoned: boolean;
  readonly answer: () => void;
}

/** A fixed number of workers behind one queue, first come first served: what most services are, whatever they are built of. */
export class IdentityProvider {
  readonly #options: IdentityProviderOptions;
  readonly #queue: Job[] = [];
  #inService = 0;
  #served = 0;
  #servedForNobody = 0;

  constructor(options: IdentityProviderOptions) {
    this.#options = options;
  }

  get queueLength(): number {
    return this.#queue.length;
  }

  get inService(): number {
    return this.#inService;
  }

  /** False: the queue is full. */
  submit(job: Job): boolean {
    if (this.#inService < this.#options.workers) {
      this.#serve(job);
      return true;
    }
    if (this.#queue.length >= this.#options.queueLengthMax) return false;
    this.#queue.push(job);
    return true;
  }

  /** Counts since the last call. */
  takeCounts(): { served: number; servedForNobody: number } {
    const counts = { served: this.#served, servedForNobody: this.#servedForNobody };
    this.#served = 0;
    this.#servedForNobody = 0;
    return counts;
  }

  #serve(job: Job): void {
    this.#inService += 1;
    setTimeout(() => {
      this.#inService -= 1;
      if (job.abandoned) this.#servedForNobody += 1;
      else this.#served += 1;
      job.answer();
      const next = this.#queue.shift();
      if (next !== undefined) this.#serve(next);
    }, this.#options.serviceMs());
  }
}
