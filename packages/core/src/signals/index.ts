export { HeadwayError, ERROR_CODES, type ErrorCode } from "../headway-error.ts";
export type { Random } from "../random.ts";
export {
  ALLOWED_ATTRIBUTES,
  ALLOWED_RESOURCE_ATTRIBUTES,
  isAllowed,
  type AttributeKey,
  type ResourceKey,
} from "./allow-list.ts";
export type { Attempt, AttemptPlace, Call, Outlived, Place, Workflow } from "./attempt.ts";
export {
  FinishedSpans,
  type FinishedSpansLimits,
  type FinishedSpansOptions,
} from "./finished-spans.ts";
export {
  ExponentialHistogram,
  countAbove,
  mergeHistograms,
  quantileOf,
  type ExponentialHistogramOptions,
  type HistogramData,
} from "./histogram.ts";
export { providerName } from "./conventions/provider.ts";
export type { IdentityRule } from "./identity-rule.ts";
export { OUTCOMES, type Outcome, type ThrottleReason } from "./outcome.ts";
export { PRIORITIES, PRIORITY_DEFAULT, type Priority } from "./priority.ts";
export { SignalRecorder, type SignalRecorderOptions } from "./recorder.ts";
export { RECORDER_LIMITS, type RecorderLimits } from "./recorder-limits.ts";
export {
  SIGNALS,
  type SignalAttributes,
  type SignalName,
  type SignalPoint,
  type SignalReport,
  type SignalSpec,
} from "./report.ts";
export { replayOrder, type ReplayEvent, type TimedSpan } from "./replay-order.ts";
export type { RunEnd, RunHandle, RunStart } from "./run.ts";
export type { Usage } from "./usage.ts";
export { SPAN_KIND, type FinishedSpanView, type SpanKind, type SpanView } from "./span-view.ts";
export { decodeReports, type DecodedReports } from "./otlp/decode-reports.ts";
export { decodeTraces, type DecodedTraces } from "./otlp/decode-traces.ts";
export { encodeReport } from "./otlp/encode-report.ts";
