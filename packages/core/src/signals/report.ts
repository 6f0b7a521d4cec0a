import type { HistogramData } from "./histogram.ts";
import type { Outcome, ThrottleReason } from "./outcome.ts";
import type { Priority } from "./priority.ts";

/**
 * The signals, as OTel metrics: the one table that names, types and describes what leaves a process. The wire, the user's
 * own meter, the service and docs/signals.md all follow it.
 *
 * `sum` is a delta over the window, `gauge` the value at its end, `histogram` a base-2 exponential histogram over the window.
 */
export const SIGNALS = {
  "headway.attempt.duration": {
    type: "histogram",
    unit: "s",
    attributes: ["dependency", "outcome", "retry"],
    description: "How long each attempt took, from its start to its end.",
  },
  "headway.call.duration": {
    type: "histogram",
    unit: "s",
    attributes: ["dependency", "outcome"],
    description: "How long each call took, its retries and the pauses between them included.",
  },
  "headway.attempt.active": {
    type: "gauge",
    unit: "{attempt}",
    attributes: ["dependency", "priority"],
    description: "Attempts open at the end of the window.",
  },
  "headway.attempt.active.age": {
    type: "histogram",
    unit: "s",
    attributes: ["dependency"],
    description: "Ages of the attempts open at the end of the window: a census, not a flow.",
  },
  "headway.attempt.gap": {
    type: "histogram",
    unit: "s",
    attributes: ["dependency", "from"],
    description:
      "Client span minus the server span below it: network, queueing and hidden retries.",
  },
  "headway.attempt.self": {
    type: "histogram",
    unit: "s",
    attributes: ["dependency", "operation"],
    description: "What no call below an attempt answers for, the gap included.",
  },
  "headway.retry.gap": {
    type: "histogram",
    unit: "s",
    attributes: ["dependency"],
    description: "From the failure of an attempt to the start of its retry.",
  },
  "headway.agent.attempts": {
    type: "sum",
    unit: "{attempt}",
    attributes: ["dependency", "agent"],
    description: "Attempts started, by agent.",
  },
  "headway.agent.retries": {
    type: "sum",
    unit: "{attempt}",
    attributes: ["dependency", "agent"],
    description: "Retries started, by agent.",
  },
  "headway.throttle": {
    type: "sum",
    unit: "{attempt}",
    attributes: ["dependency", "reason"],
    description: "Throttled attempts, by the kind of limit.",
  },
  "headway.throttle.retry_after": {
    type: "gauge",
    unit: "s",
    attributes: ["dependency"],
    description: "Longest Retry-After seen in the window.",
  },
  "headway.fanout.width": {
    type: "histogram",
    unit: "{call}",
    attributes: ["from", "to"],
    description: "Calls to one dependency below one parent span.",
  },
  "headway.workflow.attempts": {
    type: "histogram",
    unit: "{attempt}",
    attributes: ["workflow"],
    description: "Attempts of one workflow, when its root ends.",
  },
  "headway.edge.calls": {
    type: "sum",
    unit: "{call}",
    attributes: ["from", "to"],
    description: "Calls from a parent dependency or agent to a dependency.",
  },
  "headway.transition": {
    type: "sum",
    unit: "{call}",
    attributes: ["from", "to"],
    description:
      "Calls to one dependency that followed a call to another, by the same agent in the same workflow.",
  },
  "headway.repeat.length": {
    type: "gauge",
    unit: "{cycle}",
    attributes: ["dependency", "agent", "outcome", "digest"],
    description:
      "Cycles of the longest repetition an agent is in, same outcome each time, and too evenly spaced for chance; from 3.",
  },
  "headway.call.waiting": {
    type: "gauge",
    unit: "{call}",
    attributes: ["dependency", "priority"],
    description: "Calls held by the hook at the end of the window.",
  },
  "headway.decision.applied": {
    type: "sum",
    unit: "{call}",
    attributes: ["dependency", "action"],
    description: "Calls, by what the hook did with them.",
  },
  "headway.decision.wait": {
    type: "histogram",
    unit: "s",
    attributes: ["dependency"],
    description: "How long the hook held calls that it then let go.",
  },
  "headway.lease.held": {
    type: "gauge",
    unit: "{attempt}",
    attributes: ["dependency"],
    description: "The amount of the lease this process holds.",
  },
  "headway.span.dropped": {
    type: "sum",
    unit: "{span}",
    attributes: ["reason"],
    description: "Spans that derivation gave up on.",
  },
  "headway.signal.dropped": {
    type: "sum",
    unit: "{point}",
    attributes: ["reason"],
    description: "Signal points merged into the overflow point or lost.",
  },
  "headway.report.failed": {
    type: "sum",
    unit: "{report}",
    attributes: ["reason"],
    description: "Reports that the service did not take.",
  },
} as const satisfies Record<string, SignalSpec>;

export interface SignalSpec {
  readonly type: "sum" | "gauge" | "histogram";
  readonly unit: string;
  readonly attributes: readonly (keyof SignalAttributes)[];
  readonly description: string;
}

export type SignalName = keyof typeof SIGNALS;

/** On the wire each is `headway.` and its name, except `overflow`, which is OTel's own `otel.metric.overflow`. */
export interface SignalAttributes {
  readonly dependency?: string;
  /** What is asked of the dependency, in the words of its attributes; absent where none says so. */
  readonly operation?: string;
  readonly outcome?: Outcome;
  readonly retry?: boolean;
  readonly agent?: string;
  readonly workflow?: string;
  readonly priority?: Priority;
  readonly from?: string;
  readonly to?: string;
  readonly action?: string;
  readonly reason?: ThrottleReason | (string & {});
  /** The arguments were the same each time, by a digest that stays in the process; absent where nobody compared them. */
  readonly digest?: true;
  /** What was over a cardinality limit, all together. */
  readonly overflow?: true;
}

export interface SignalPoint {
  readonly signal: SignalName;
  readonly attributes: SignalAttributes;
  /** A histogram for a histogram signal, a number for every other. */
  readonly value: number | HistogramData;
}

/** What one process saw in one window. Absence is zero; windows of one instance follow each other without overlap. */
export interface SignalReport {
  /** `service.instance.id`, or an id the process made for itself. */
  readonly instance: string;
  /** Length of the window that the deltas cover. */
  readonly windowMs: number;
  readonly points: readonly SignalPoint[];
}
