export type { InheritedContext } from "./call-context.ts";
export { withContext } from "./call-context.ts";
export type { Cancel, Clock } from "./clock.ts";
export type { Fetch, FetchInit } from "./connection/unreferenced-fetch.ts";
export { createHeadway } from "./create-headway.ts";
export type { HeadwayOptions } from "./create-headway.ts";
export type { AppliedEvent, HeadwayEvents, Listener } from "./events.ts";
export type { Headway, MapOptions, RetryOptions } from "./headway.ts";
export { NotNow } from "./not-now.ts";
export type { NotNowCause, NotNowDetails } from "./not-now.ts";
export type { Classification } from "./outcome/classification.ts";
export { priorityHeader, priorityOfHeader, withPriority } from "./priority-baggage.ts";
export type {
  CallOptions,
  CheckOptions,
  CheckVerdict,
  Settled,
  TryResult,
} from "./run/call-options.ts";
export { suppressTracing } from "./suppress-tracing.ts";
