import type { Priority } from "@headway/core/signals";

export interface GuardOptions {
  /** Names what a request calls; undefined lets it pass unguarded. Default: `http:host`. */
  readonly dependency?: (url: URL) => string | undefined;
  readonly priority?: Priority;
  readonly agent?: string;
  /** Longest wait for a request's turn, in milliseconds. Default: the hook's. */
  readonly waitMs?: number;
  /**
   * What a request that may not go out gets. `throw`, the default: a `NotNow`. `response`: a 503 with `Retry-After`, so that a
   * client library's own retry logic waits.
   */
  readonly refusal?: "throw" | "response";
}
