import type { Clock } from "../clock.ts";
import type { DecisionMessage } from "../gate/decision-message.ts";
import type { Fetch } from "./unreferenced-fetch.ts";

/** What both ways of hearing from the service share. */
export interface SessionOptions {
  readonly url: string;
  readonly token: string | undefined;
  readonly instance: string;
  readonly fetch: Fetch;
  readonly clock: Clock;
  /** Aborted when the hook is closed. */
  readonly signal: AbortSignal;
  /** The version that this process holds; undefined before the first message. */
  readonly lastVersion: () => string | undefined;
  readonly onMessage: (message: DecisionMessage, id: string | undefined) => void;
  /** Anything at all came: the service is alive. */
  readonly onAlive: () => void;
}

/** How a session ended; it always ends. */
export interface SessionEnd {
  /** It delivered at least one message, or confirmed that there was nothing new. */
  readonly wasHealthy: boolean;
  /** Nothing was lost: all was well, and it only makes way for the next session. */
  readonly isPlanned: boolean;
  /** Something answered, or held the request open, and yet no message came: the way itself may be what fails. */
  readonly isWaySuspect: boolean;
  /** The service asked for this pause before the next try. */
  readonly retryMs: number | undefined;
}

/** Time that a service may take to accept and to answer: one that accepts and stays silent is no service. */
export const ANSWER_MS_MAX = 10_000;
/** Two heartbeats of 15 s and a margin. Longer silence on an open stream means that the other end is gone. */
export const SILENCE_MS_MAX = 40_000;
