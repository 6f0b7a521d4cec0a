import type { Random } from "@headway/core";
import type { Cancel, Clock } from "../clock.ts";
import type { DecisionMessage } from "../gate/decision-message.ts";
import { pollDecisions } from "./decision-poll.ts";
import { listenToStream } from "./decision-stream.ts";
import type { SessionEnd, SessionOptions } from "./session.ts";
import type { Fetch } from "./unreferenced-fetch.ts";

export interface ConnectionOptions {
  readonly url: string;
  readonly token: string | undefined;
  readonly instance: string;
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly random: Random;
  readonly onMessage: (message: DecisionMessage) => void;
  /** After the first message of a session. */
  readonly onConnected: () => void;
  /** A session broke off, or could not be had. */
  readonly onLost: () => void;
  /** Anything came from the service. */
  readonly onAlive: () => void;
}

const BACKOFF_MS_FIRST = 250;
const BACKOFF_MS_MAX = 15_000;
/** Longest pause that the service can ask for: a wrong figure must not cut a process off for a day. */
const RETRY_MS_MAX = 60_000;
/** How long to stay with polling before the stream gets another chance. */
const POLL_MS_MAX = 300_000;

/**
 * Keeps in touch with the service for as long as the process lives: by stream, or by long-poll where the stream does not get
 * through, with pauses between tries that double and are jittered so that a fleet does not come back in one instant.
 * Nothing here keeps the process alive or throws.
 */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #abort = new AbortController();
  #lastVersion: string | undefined;
  #failures = 0;
  #mayStream = true;
  #isInSession = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  start(): void {
    void this.#keepInTouch();
  }

  close(): void {
    this.#abort.abort();
  }

  async #keepInTouch(): Promise<void> {
    while (!this.#abort.signal.aborted) {
      const end = await this.#session();
      this.#isInSession = false;
      if (this.#abort.signal.aborted) return;
      this.#failures = end.wasHealthy ? 0 : this.#failures + 1;
      // Where the service merely does not answer, the stream stays the way; where neither way works they alternate.
      if (end.isWaySuspect) this.#mayStream = !this.#mayStream;
      if (!end.isPlanned) this.#options.onLost();
      await this.#pause(end);
    }
  }

  #session(): Promise<SessionEnd> {
    const { url, token, instance, fetch, clock, onAlive } = this.#options;
    const session: SessionOptions = {
      url,
      token,
      instance,
      fetch,
      clock,
      signal: this.#abort.signal,
      lastVersion: () => this.#lastVersion,
      onMessage: (message, id) => this.#onMessage(message, id),
      onAlive,
    };
    if (this.#mayStream) return listenToStream(session);
    return pollDecisions(session, clock.now() + POLL_MS_MAX).then((end) => {
      if (end.wasHealthy && end.retryMs === undefined) this.#mayStream = true;
      return end;
    });
  }

  #onMessage(message: DecisionMessage, id: string | undefined): void {
    this.#lastVersion = id ?? String(message.version);
    this.#options.onMessage(message);
    if (this.#isInSession) return;
    this.#isInSession = true;
    this.#options.onConnected();
  }

  #pause({ retryMs }: SessionEnd): Promise<void> {
    const { clock, random } = this.#options;
    const ceilingMs = Math.min(BACKOFF_MS_FIRST * 2 ** this.#failures, BACKOFF_MS_MAX);
    // The lower half is certain, so that even the luckiest draw leaves the service a breath.
    const pauseMs = Math.max(
      Math.min(retryMs ?? 0, RETRY_MS_MAX),
      ceilingMs * (0.5 + random() / 2),
    );
    return new Promise((resolve) => {
      let cancel: Cancel = () => {};
      const done = () => {
        cancel();
        this.#abort.signal.removeEventListener("abort", done);
        resolve();
      };
      cancel = clock.schedule(done, pauseMs);
      this.#abort.signal.addEventListener("abort", done, { once: true });
    });
  }
}
