import type { Cancel, Clock } from "../clock.ts";
import { SILENCE_MS_MAX } from "./session.ts";

/** Silence after which nothing the service said is obeyed any more: its longest tolerated one, and a try to reconnect. */
const STALE_MS = SILENCE_MS_MAX + 5_000;
/** The service asks to wait up to 2 s before the first reconnect; what that ends is no outage. */
const RECONNECT_MS = 3_000;

export interface FreshnessOptions {
  readonly clock: Clock;
  /** When all that is known has run out. */
  readonly knownUntilMs: () => number;
  readonly onStale: () => void;
  readonly onFresh: () => void;
}

/**
 * Whether what the service said still counts. It stops to count after 45 s of silence; sooner where the connection is lost, the
 * first reconnect too, and everything it had said has run out anyway. Said once per outage, in each direction.
 */
export class Freshness {
  readonly #options: FreshnessOptions;
  #state: "unknown" | "fresh" | "stale" = "unknown";
  #heardAtMs = Number.NEGATIVE_INFINITY;
  #lostAtMs: number | undefined = Number.NEGATIVE_INFINITY;
  #cancel: Cancel = () => {};

  constructor(options: FreshnessOptions) {
    this.#options = options;
  }

  /** Something came from the service. */
  heard(): void {
    this.#heardAtMs = this.#options.clock.now();
  }

  /** Decisions arrived: what is known is right again. */
  connected(): void {
    this.heard();
    this.#lostAtMs = undefined;
    const wasFresh = this.#state === "fresh";
    this.#state = "fresh";
    if (!wasFresh) this.#options.onFresh();
    this.#watch();
  }

  lost(): void {
    this.#lostAtMs ??= this.#options.clock.now();
    this.#evaluate();
  }

  close(): void {
    this.#cancel();
    this.#state = "stale";
  }

  #evaluate(): void {
    if (this.#state === "stale") return;
    if (this.#options.clock.now() < this.#staleAtMs()) {
      this.#watch();
      return;
    }
    this.#cancel();
    this.#state = "stale";
    this.#options.onStale();
  }

  #staleAtMs(): number {
    const silentAtMs = this.#heardAtMs + STALE_MS;
    if (this.#lostAtMs === undefined) return silentAtMs;
    return Math.min(
      silentAtMs,
      Math.max(this.#lostAtMs + RECONNECT_MS, this.#options.knownUntilMs()),
    );
  }

  #watch(): void {
    const { clock } = this.#options;
    this.#cancel();
    const delayMs = Math.max(this.#staleAtMs() - clock.now(), 1);
    this.#cancel = clock.schedule(() => this.#evaluate(), delayMs);
  }
}
