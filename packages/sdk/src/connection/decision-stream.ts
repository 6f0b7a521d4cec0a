import { createParser } from "eventsource-parser";
import type { EventSourceMessage } from "eventsource-parser";
import { endpoint, headersFor } from "./endpoint.ts";
import { parseMessage } from "./parse-message.ts";
import { ANSWER_MS_MAX, SILENCE_MS_MAX } from "./session.ts";
import type { SessionEnd, SessionOptions } from "./session.ts";
import { Watchdog } from "./watchdog.ts";

/** Far above what the service sends in one event; a stream that never ends a line must not fill the memory. */
const BUFFER_CHARACTERS_MAX = 64 * 1024 * 1024;

/**
 * Listens to the stream of decisions (server-sent events) until it ends, falls silent or breaks. Resolves then; never
 * rejects. Resumes where the last one stopped by `Last-Event-ID`.
 */
export async function listenToStream(options: SessionOptions): Promise<SessionEnd> {
  const watchdog = new Watchdog(options.clock, options.signal);
  let [wasHealthy, hasAnswered] = [false, false];
  let retryMs: number | undefined;
  try {
    watchdog.feed(ANSWER_MS_MAX);
    const response = await request(options, watchdog.signal);
    hasAnswered = true;
    const isStream = response.headers.get("content-type")?.startsWith("text/event-stream");
    if (!response.ok || isStream !== true || response.body === null) throw new Error("no stream");
    const parser = createParser({
      maxBufferSize: BUFFER_CHARACTERS_MAX,
      onEvent: (event) => {
        if (deliver(event, options)) wasHealthy = true;
      },
      onRetry: (ms) => {
        retryMs = ms;
      },
    });
    // A proxy may pass the headers on and keep the body to itself, so the first message is due as soon as an answer is.
    for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
      watchdog.feed(SILENCE_MS_MAX);
      options.onAlive();
      parser.feed(text);
    }
  } catch {
    // Refused, reset, aborted, not the protocol: in every case the session is over and the connection tries again.
  } finally {
    watchdog.abort();
  }
  const isWaySuspect = !wasHealthy && (hasAnswered || watchdog.hasBitten);
  return { wasHealthy, isPlanned: false, isWaySuspect, retryMs };
}

function request(options: SessionOptions, signal: AbortSignal): Promise<Response> {
  const lastVersion = options.lastVersion();
  const url = endpoint(options.url, "v1/decisions/stream");
  return options.fetch(`${url}?instance=${encodeURIComponent(options.instance)}`, {
    headers: headersFor(options.token, {
      accept: "text/event-stream",
      "cache-control": "no-cache",
      ...(lastVersion === undefined ? {} : { "last-event-id": lastVersion }),
    }),
    signal,
  });
}

function deliver({ event, data, id }: EventSourceMessage, options: SessionOptions): boolean {
  // An event from the future is for a client from the future.
  if (event !== "snapshot" && event !== "change") return false;
  const message = parseMessage(event, data, options.clock.now());
  if (message !== undefined) options.onMessage(message, id);
  return message !== undefined;
}
