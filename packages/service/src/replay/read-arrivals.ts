import { resolve } from "node:path";
import { HeadwayError } from "@headway/core";
import type { FinishedSpanView } from "@headway/core/signals";
import { readSpans } from "../trace-files/read-spans.ts";
import type { ReadSummary } from "../trace-files/span-source.ts";
import type { Arrivals } from "./arrival.ts";
import { isRecording, readRecording } from "./read-recording.ts";
import { spanArrivals } from "./span-arrivals.ts";

export interface ReadArrivalsOptions {
  readonly directory: string;
  readonly tenant: string;
  readonly signal: AbortSignal;
  /** Lowered by tests. */
  readonly spansMax?: number;
}

export interface ReadArrivals {
  readonly arrivals: Arrivals;
  readonly rejected: number;
  /** What could not be read, in words. */
  readonly notes: readonly string[];
}

/** Spans are put into order before they are played, so all of them are in memory: some kilobyte each. */
const SPANS_MAX = 1_000_000;

/** What is to be replayed: one service's recording, or spans of trace files of any kind. */
export async function readArrivals(
  inputs: readonly string[],
  options: ReadArrivalsOptions,
): Promise<ReadArrivals> {
  const recordings: string[] = [];
  for (const input of inputs)
    if (await isRecording(resolve(options.directory, input))) recordings.push(input);
  if (recordings.length === 0) return readTraces(inputs, options);
  if (inputs.length > 1)
    throw new HeadwayError(
      "ERR_COMMAND",
      `replay must get a recording of \`headway serve --record\` alone, got ${inputs.length} files`,
    );
  const { arrivals, rejected } = await readRecording(
    resolve(options.directory, inputs[0]!),
    options.tenant,
  );
  return { arrivals, rejected, notes: rejected === 0 ? [] : [`${rejected} lines are broken`] };
}

async function readTraces(
  inputs: readonly string[],
  { directory, signal, spansMax = SPANS_MAX }: ReadArrivalsOptions,
): Promise<ReadArrivals> {
  const reading = readSpans(inputs, { directory, signal });
  const spans: FinishedSpanView[] = [];
  for await (const batch of reading) {
    for (const span of batch.spans) spans.push(span);
    if (spans.length > spansMax)
      throw new HeadwayError(
        "ERR_COMMAND",
        `replay must get at most ${spansMax} spans, got more: give it fewer files; measure takes any number`,
      );
  }
  const summary = reading.summary();
  const arrivals = spanArrivals(spans, isOneCollectorFile(summary));
  return {
    arrivals: { ...arrivals, tickMs: undefined, settleMs: undefined },
    rejected: summary.rejected,
    notes: summary.sources.flatMap(({ name, rejected }) =>
      rejected.map(({ count, message }) => `${name}: ${count} left out: ${message}`),
    ),
  };
}

/** Only there does the place in the file say anything about the time of arrival. */
function isOneCollectorFile({ sources }: ReadSummary): boolean {
  return (
    sources.length === 1 &&
    (sources[0]?.formats ?? []).every(
      (format) => format === "otlp-json" || format === "otlp-protobuf",
    )
  );
}
