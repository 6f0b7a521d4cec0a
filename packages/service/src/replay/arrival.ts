import type { Consult, EngineRecord, Override } from "@headway/core";
import type { FinishedSpanView, SignalReport } from "@headway/core/signals";

/** Something that reached a service, or that its clock did to it. Times are the clock of whoever received it. */
export type Arrival = { readonly atMs: number } & (
  | { readonly kind: "spans"; readonly spans: readonly FinishedSpanView[] }
  | { readonly kind: "reports"; readonly reports: readonly SignalReport[] }
  | { readonly kind: "connected" | "gone"; readonly instance: string }
  | { readonly kind: "consult"; readonly consult: Consult }
  | { readonly kind: "override"; readonly override: Override }
  | { readonly kind: "override-cleared"; readonly dependency: string; readonly by: string }
  /** What the store gave back as the service started. */
  | { readonly kind: "restored"; readonly records: readonly EngineRecord[] }
  | { readonly kind: "tick" }
);

/** How it is known when the spans arrived. */
export type ArrivalOrder =
  /** A service wrote down each arrival and each tick. */
  | "recorded"
  /** The order of a Collector's file, each span no earlier than it ended. */
  | "file"
  /** Each span in the moment in which it ended. */
  | "end"
  /** Processors in the agents tell of starts and ends as they happen. */
  | "processor";

/** All that a recording holds, in the order of arrival. */
export interface Arrivals {
  readonly order: ArrivalOrder;
  /** Of the service that recorded it; `undefined` where no service did. */
  readonly tickMs: number | undefined;
  readonly settleMs: number | undefined;
  readonly list: readonly Arrival[];
}
