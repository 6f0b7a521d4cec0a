import type { HasSignalSource } from "../signal-source.ts";
import { HeadwaySpanProcessor } from "./span-processor.ts";
import type { ReportingOptions } from "./reporting-source.ts";

/**
 * The list for `new NodeSDK({ spanProcessors })`: Headway's processor, then yours.
 *
 * Setting `spanProcessors` replaces the exporter that NodeSDK makes by itself, and `traceExporter` too. So your exporter goes
 * in here, in a batch processor, or your traces stop: `new BatchSpanProcessor({ exporter })` on SDK 3,
 * `new BatchSpanProcessor(exporter)` on 1 and 2.
 */
export function headwaySpanProcessors<P>(
  headway: HasSignalSource | ReportingOptions,
  ...yours: readonly P[]
): (P | HeadwaySpanProcessor)[] {
  return [new HeadwaySpanProcessor(headway), ...yours];
}
