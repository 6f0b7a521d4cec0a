import type { Cancel, Clock } from "../clock.ts";

/** Aborts a request whose other end has gone silent: TCP alone would not notice for minutes or for ever. */
export class Watchdog {
  readonly #clock: Clock;
  readonly #abort = new AbortController();
  readonly #outer: AbortSignal;
  readonly #onOuterAbort = () => this.#abort.abort();
  #cancel: Cancel = () => {};
  #hasBitten = false;

  constructor(clock: Clock, outer: AbortSignal) {
    this.#clock = clock;
    this.#outer = outer;
    if (outer.aborted) this.#abort.abort();
    outer.addEventListener("abort", this.#onOuterAbort, { once: true });
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Silence was what ended it. */
  get hasBitten(): boolean {
    return this.#hasBitten;
  }

  /** From now on, silence of `silenceMs` aborts. */
  feed(silenceMs: number): void {
    this.#cancel();
    this.#cancel = this.#clock.schedule(() => {
      this.#hasBitten = true;
      this.#abort.abort();
    }, silenceMs);
  }

  /** Ends the watch. */
  end(): void {
    this.#cancel();
    this.#outer.removeEventListener("abort", this.#onOuterAbort);
  }

  /** Ends the watch, and the request with it. */
  abort(): void {
    this.end();
    this.#abort.abort();
  }
}
