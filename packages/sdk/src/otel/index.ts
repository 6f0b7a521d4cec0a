export { alwaysRecordSampler, type OtelSampler } from "./always-record-sampler.ts";
export { attachToGlobalProvider } from "./attach.ts";
export { recordToMeter, type StopRecording } from "./meter.ts";
export type {
  OtelReadableSpan,
  OtelResource,
  OtelSpanContext,
  OtelSpanProcessor,
} from "./otel-types.ts";
export type { ReportingOptions } from "./reporting-source.ts";
export { HeadwaySpanProcessor } from "./span-processor.ts";
export { headwaySpanProcessors } from "./span-processors.ts";
