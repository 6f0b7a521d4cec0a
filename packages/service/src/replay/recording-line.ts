/**
 * A recording is a file of OTLP JSON, a document a line, as a Collector's file exporter writes it. Each line has one member more,
 * which OTLP's readers pass over: `headway`, which says what came, when, and to which tenant.
 *
 *     {"headway":{"recording":1,"tickMs":1000,"settleMs":1500},"resourceSpans":[]}
 *     {"headway":{"kind":"spans","atMs":1795398244999.4,"tenant":"default"},"resourceSpans":[…]}
 *     {"headway":{"kind":"tick","atMs":1795398245000.1,"tenant":"default"},"resourceSpans":[]}
 *
 * `reports` are in their OTLP form as protobuf, base64; every other kind has its values beside it, as JSON.
 */
const RECORDING_VERSION = 1;

/** Every recording begins with it. */
export const RECORDING_PREFIX = '{"headway":{"recording":';

export function headerLine(settings: {
  readonly tickMs: number;
  readonly settleMs: number;
}): string {
  return line({ recording: RECORDING_VERSION, ...settings });
}

export function line(headway: object, resourceSpans: readonly object[] = []): string {
  return `${JSON.stringify({ headway, resourceSpans })}\n`;
}
