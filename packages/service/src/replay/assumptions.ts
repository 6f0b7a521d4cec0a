import type { ArrivalOrder } from "./arrival.ts";

export interface AssumptionsInput {
  readonly order: ArrivalOrder;
  /** Whether any attempt had another priority than the usual one. */
  readonly hasPriorities: boolean;
  readonly isEnforced: boolean;
  readonly hasReports: boolean;
  /** Without a decision nothing was held back, and nothing needs saying of it. */
  readonly hasDecisions: boolean;
}

const ARRIVAL: Readonly<Record<ArrivalOrder, string>> = {
  recorded:
    "Arrivals and ticks are those that a service wrote down, so under the same policy the decisions are those it took.",
  file: "Spans arrive in the order of the file, each no earlier than it ended. Exporters send every few seconds, so a live service knows that much later.",
  end: "Each span arrives in the moment in which it ended. Exporters send every few seconds, so a live service knows that much later.",
  processor:
    "Agents tell of starts and ends as they happen, as the span processor does. With OTLP traces alone, a call that hangs is not seen before it ends.",
};

/** What the figures rest on, in sentences for whoever is about to quote one. */
export function assumptionsOf(input: AssumptionsInput): string[] {
  return [
    "The recording is open loop: had Headway acted, what came after would have gone differently. All figures are about calls as they were made.",
    ARRIVAL[input.order],
    ...(input.hasDecisions ? ofDecisions(input) : []),
    ...(input.hasReports
      ? [
          "Reports of processes hold sums, not single calls: they take part in detection and decision, not in what was held back or saved.",
        ]
      : []),
  ];
}

function ofDecisions({ hasPriorities, isEnforced }: AssumptionsInput): string[] {
  return [
    "Held back: a call that began under hold, defer or shed, or that found a shape's places taken by recorded calls that were let through. It is not counted again when it would have come back.",
    "False hold: held back although it succeeded in the recording within the usual time, that is as fast as 95 % of the successes before the first trouble. It may have succeeded only because others failed.",
    "Saved: attempts held back that failed in the recording, and their seconds. An upper estimate: held work goes out later and may fail then, and the time that agents wait for their turn is not taken off.",
    ...(hasPriorities ? [] : ["Spans carry no priority: every call counts as 3, normal."]),
    ...(isEnforced
      ? []
      : [
          "No decision was to be enforced: the figures say what obeying the advice would have done.",
        ]),
  ];
}
