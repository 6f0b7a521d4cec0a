import { HeadwayError } from "@headway/core";
import { EventSourceParserStream } from "eventsource-parser/stream";
import type { LiveDelta, LiveView } from "../../live/live-view.ts";
import type { ServiceAddress } from "../service-flags.ts";
import { foldLive, watchViewOf } from "./fold-live.ts";
import type { WatchView } from "./fold-live.ts";

/** The service says something every second; silence this long is a line that is dead. */
const SILENCE_MS_MAX = 10_000;

/**
 * One connection to `GET /v1/live`, view by view, until the line ends or a frame was missed: whoever wants to go on connects again.
 * @throws {HeadwayError} `ERR_COMMAND` where no service answers, or refuses.
 */
export async function* liveViews(
  { url, token }: ServiceAddress,
  signal: AbortSignal,
): AsyncGenerator<WatchView> {
  const line = new AbortController();
  const silence = setTimeout(() => line.abort(), SILENCE_MS_MAX);
  try {
    const body = await connect({ url, token }, AbortSignal.any([signal, line.signal]));
    let view: WatchView | null = null;
    const events = body
      .pipeThrough(new TextDecoderStream())
      .pipeThrough(new EventSourceParserStream());
    for await (const { event, data } of events) {
      silence.refresh();
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The service's own document, whose types are live-view.ts.
      if (event === "snapshot") view = watchViewOf(JSON.parse(data) as LiveView);
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- As above.
      else if (event === "delta" && view !== null)
        view = foldLive(view, JSON.parse(data) as LiveDelta);
      else continue;
      if (view === null) return;
      yield view;
    }
  } catch (error) {
    // A line that breaks has ended, no more; a refusal is to be told.
    if (error instanceof HeadwayError || signal.aborted) throw error;
  } finally {
    clearTimeout(silence);
    line.abort();
  }
}

async function connect(
  { url, token }: Omit<ServiceAddress, "dependency">,
  signal: AbortSignal,
): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  const target = new URL("/v1/live", url);
  const headers = {
    accept: "text/event-stream",
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
  const response = await fetch(target, { headers, signal }).catch((error: unknown) => {
    if (signal.aborted) throw error;
    throw new HeadwayError(
      "ERR_COMMAND",
      `A service must answer at ${target.origin}, got none; is \`headway serve\` running there?`,
    );
  });
  if (response.ok && response.body !== null) return response.body;
  await response.body?.cancel();
  const hint = response.status === 404 ? "; it may be older than this command" : "";
  throw new HeadwayError(
    "ERR_COMMAND",
    `The service must answer with its live view, got ${response.status}${hint}`,
  );
}
