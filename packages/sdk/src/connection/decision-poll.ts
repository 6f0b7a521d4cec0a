import { endpoint, headersFor } from "./endpoint.ts";
import { parseMessage } from "./parse-message.ts";
import { ANSWER_MS_MAX } from "./session.ts";
import type { SessionEnd, SessionOptions } from "./session.ts";
import { Watchdog } from "./watchdog.ts";

const WAIT_SECONDS = 25;

/**
 * Asks for the decisions again and again, each request held open by the service until something changes: the way through
 * proxies that do not let a stream pass. Resolves when an answer fails to come or after `untilMs`; never rejects.
 */
export async function pollDecisions(options: SessionOptions, untilMs: number): Promise<SessionEnd> {
  let wasHealthy = false;
  let etag: string | undefined;
  while (!options.signal.aborted && options.clock.now() < untilMs) {
    const answer = await ask(options, etag);
    const { isGood, retryMs } = answer;
    if (!isGood) return { wasHealthy, isPlanned: false, isWaySuspect: !wasHealthy, retryMs };
    wasHealthy = true;
    etag = answer.etag;
    // A service that knows no long-poll answers at once, and must not be asked in a tight loop.
    if (retryMs !== undefined) return { wasHealthy, isPlanned: true, isWaySuspect: false, retryMs };
  }
  return { wasHealthy, isPlanned: wasHealthy, isWaySuspect: false, retryMs: undefined };
}

interface Answer {
  readonly isGood: boolean;
  readonly etag: string | undefined;
  readonly retryMs: number | undefined;
}

async function ask(options: SessionOptions, etag: string | undefined): Promise<Answer> {
  const watchdog = new Watchdog(options.clock, options.signal);
  try {
    watchdog.feed((etag === undefined ? 0 : WAIT_SECONDS * 1_000) + ANSWER_MS_MAX);
    const response = await request(options, etag, watchdog.signal);
    const text = await response.text();
    options.onAlive();
    if (response.status === 304) return { isGood: true, etag, retryMs: undefined };
    const message = response.ok ? parseMessage("snapshot", text, options.clock.now()) : undefined;
    if (message === undefined) return bad(secondsToMs(response.headers.get("retry-after")));
    options.onMessage(message, String(message.version));
    const newEtag = response.headers.get("etag") ?? undefined;
    return { isGood: true, etag: newEtag, retryMs: newEtag === undefined ? 1_000 : undefined };
  } catch {
    return bad(undefined);
  } finally {
    watchdog.end();
  }
}

function request(
  options: SessionOptions,
  etag: string | undefined,
  signal: AbortSignal,
): Promise<Response> {
  const url = new URL(endpoint(options.url, "v1/decisions"));
  url.searchParams.set("instance", options.instance);
  if (etag !== undefined) url.searchParams.set("wait", String(WAIT_SECONDS));
  return options.fetch(url.href, {
    headers: headersFor(options.token, {
      accept: "application/json",
      ...(etag === undefined ? {} : { "if-none-match": etag }),
    }),
    signal,
  });
}

function bad(retryMs: number | undefined): Answer {
  return { isGood: false, etag: undefined, retryMs };
}

function secondsToMs(value: string | null): number | undefined {
  const seconds = value === null ? Number.NaN : Number(value);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1_000 : undefined;
}
