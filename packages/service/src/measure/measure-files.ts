import type { IdentityRule } from "@headway/core/signals";
import { readSpans } from "../trace-files/read-spans.ts";
import type { ReadProgress, ReadSummary } from "../trace-files/span-source.ts";
import type { InputRow } from "./coverage-of.ts";
import type { Measurement } from "./measurement.ts";
import { measurementOf } from "./measurement-of.ts";
import { Measuring } from "./measuring.ts";
import { NO_PRICES } from "./prices.ts";
import type { Prices } from "./prices.ts";

export interface MeasureFilesOptions {
  readonly directory: string;
  readonly signal?: AbortSignal;
  readonly prices?: Prices;
  readonly identities?: readonly IdentityRule[];
  readonly fromMs?: number;
  readonly toMs?: number;
  readonly service?: string;
  /** Whether spans of other services are left out; a backend is asked for the service in any case. */
  readonly isServiceFiltered?: boolean;
  readonly lookbackMs?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly onProgress?: (progress: ReadProgress) => void;
}

/** Reads what is named, and measures it. */
export async function measureFiles(
  inputs: readonly string[],
  options: MeasureFilesOptions,
): Promise<Measurement> {
  const { service, lookbackMs, directory, signal, fromMs, toMs, headers, onProgress } = options;
  const measuring = new Measuring({
    prices: options.prices ?? NO_PRICES,
    identities: options.identities ?? [],
    ...(service !== undefined && options.isServiceFiltered !== false && { service }),
  });
  const reading = readSpans(inputs, {
    directory,
    backend: {
      ...(service !== undefined && { service }),
      ...(lookbackMs !== undefined && { lookbackMs }),
    },
    ...(signal && { signal }),
    ...(fromMs !== undefined && { fromMs }),
    ...(toMs !== undefined && { toMs }),
    ...(headers && { headers }),
    ...(onProgress && { onProgress }),
  });
  for await (const { spans } of reading) measuring.add(spans);
  measuring.finish();
  return measurementOf(measuring, inputRows(reading.summary()), notesOf(reading.summary()));
}

function inputRows({ sources }: ReadSummary): readonly InputRow[] {
  return sources.map(({ name, formats, spans, outside, rejected }) => ({
    name,
    format: formats.join(", "),
    spans,
    outside,
    rejected: rejected.reduce((sum, { count }) => sum + count, 0),
    rejectedBy: Object.fromEntries(rejected.map(({ reason, count }) => [reason, count])),
  }));
}

const NOTES_MAX = 5;

/** What the reader says in sentences: where rubbish stood, and what a backend held back. */
function notesOf({ sources }: ReadSummary): readonly string[] {
  return sources
    .flatMap(({ name, rejected, notes }) => [
      ...notes,
      ...rejected.map(
        ({ message, lines }) =>
          `${name}: ${message}${lines.length > 0 ? ` (line ${lines.join(", ")})` : ""}`,
      ),
    ])
    .slice(0, NOTES_MAX);
}
