import { createParser } from "eventsource-parser";

export type Connection =
  | { readonly state: "connecting" }
  | { readonly state: "live" }
  /** The line is open, yet nothing came over it for longer than the service ever leaves it silent. */
  | { readonly state: "stale"; readonly sinceMs: number }
  | { readonly state: "lost"; readonly sinceMs: number; readonly why: string }
  /** The service wants a token, or a better one. */
  | { readonly state: "refused"; readonly why: string };

export interface LiveMessage {
  readonly event: string;
  readonly data: string;
}

export interface LiveStreamOptions {
  readonly url: string;
  readonly token: () => string | null;
  readonly fetch: typeof fetch;
  readonly nowMs: () => number;
  readonly random: () => number;
  readonly onMessage: (message: LiveMessage) => void;
  readonly onConnection: (connection: Connection) => void;
}

/** The service says something every second; five without a word are no longer "now". */
export const STALE_MS = 5_000;
/** A line that was silent for so long is dead, whatever the browser thinks of it. */
const DEAD_MS = 15_000;
const RETRY_MS_MIN = 500;
const RETRY_MS_MAX = 10_000;
const LOOK_MS = 500;

/**
 * The live feed: server-sent events over `fetch`, because an EventSource can't send a token. It never gives up, waits a
 * random part of a growing time between tries so that a hundred pages don't return in one instant, and says at every
 * moment whether what is shown is live.
 */
export class LiveStream {
  readonly #options: LiveStreamOptions;
  #abort: AbortController | null = null;
  #heardMs = 0;
  #lostMs: number | null = null;
  #tries = 0;
  #connection: Connection = { state: "connecting" };
  #retry: ReturnType<typeof setTimeout> | undefined;
  #look: ReturnType<typeof setInterval> | undefined;

  constructor(options: LiveStreamOptions) {
    this.#options = options;
  }

  start(): void {
    this.stop();
    this.#tries = 0;
    this.#say({ state: "connecting" });
    this.#look = setInterval(() => this.#checkSilence(), LOOK_MS);
    void this.#run();
  }

  stop(): void {
    clearTimeout(this.#retry);
    clearInterval(this.#look);
    this.#abort?.abort();
    this.#abort = null;
  }

  async #run(): Promise<void> {
    const { url, token, fetch, nowMs } = this.#options;
    const abort = new AbortController();
    this.#abort = abort;
    this.#heardMs = nowMs();
    try {
      const secret = token();
      const headers = { accept: "text/event-stream", ...bearer(secret) };
      const response = await fetch(url, { headers, signal: abort.signal, cache: "no-store" });
      if (response.status === 401 || response.status === 403) {
        this.stop();
        const why = whyRefused(response.status, secret !== null);
        this.#say({ state: "refused", why });
        return;
      }
      if (!response.ok || response.body === null)
        throw new Error(`the service answered ${response.status}`);
      await this.#read(response.body);
      throw new Error("the service closed the line");
    } catch (error) {
      // Another run has taken over, or nobody wants one.
      if (this.#abort !== abort) return;
      this.#lose(error instanceof TypeError ? "the service does not answer" : messageOf(error));
    }
  }

  async #read(body: ReadableStream<Uint8Array>): Promise<void> {
    const parser = createParser({
      onEvent: ({ event = "message", data }) => {
        this.#tries = 0;
        this.#lostMs = null;
        this.#say({ state: "live" });
        this.#options.onMessage({ event, data });
      },
    });
    const decoder = new TextDecoder();
    const reader = body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      this.#heardMs = this.#options.nowMs();
      parser.feed(decoder.decode(value, { stream: true }));
    }
  }

  #checkSilence(): void {
    if (this.#abort === null) return;
    const silentMs = this.#options.nowMs() - this.#heardMs;
    if (silentMs > DEAD_MS) {
      const abort = this.#abort;
      this.#lose("nothing was heard for 15 seconds");
      abort.abort();
    } else if (silentMs > STALE_MS && this.#connection.state === "live") {
      this.#say({ state: "stale", sinceMs: this.#heardMs });
    }
  }

  #lose(why: string): void {
    this.#abort = null;
    this.#lostMs ??= this.#heardMs;
    this.#say({ state: "lost", sinceMs: this.#lostMs, why });
    const ceilingMs = Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** this.#tries);
    this.#tries += 1;
    this.#retry = setTimeout(
      () => void this.#run(),
      RETRY_MS_MIN / 2 + this.#options.random() * ceilingMs,
    );
  }

  #say(connection: Connection): void {
    if (connection.state === "live" && this.#connection.state === "live") return;
    this.#connection = connection;
    this.#options.onConnection(connection);
  }
}

function whyRefused(status: number, hasToken: boolean): string {
  if (hasToken) return "This token may not read.";
  return status === 401
    ? "This service asks for a token."
    : "Without tokens this service answers on its own machine only.";
}

export function bearer(token: string | null): Record<string, string> {
  return token === null ? {} : { authorization: `Bearer ${token}` };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
