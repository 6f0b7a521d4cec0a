import type { Policy } from "@headway/core";
import type { FinishedSpanView } from "@headway/core/signals";
import type { ServiceLimits } from "../config/config.ts";
import type { Arrival, Arrivals } from "./arrival.ts";
import { assumptionsOf } from "./assumptions.ts";
import { instant, policyOutcome } from "./policy-outcome.ts";
import type { Play } from "./replay-policy.ts";
import { replayPolicy } from "./replay-policy.ts";
import { REPLAY_REPORT_VERSION } from "./replay-report.ts";
import type { ReplayReport } from "./replay-report.ts";

export interface NamedPolicy {
  readonly name: string;
  readonly policy: Policy;
}

export interface ReplayInput {
  readonly files: readonly string[];
  readonly arrivals: Arrivals;
  readonly rejected: number;
  readonly notes: readonly string[];
  readonly policies: readonly NamedPolicy[];
  readonly via: "traces" | "processor";
  /** What begins before is history; `undefined`: all is counted. */
  readonly fromMs: number | undefined;
  readonly tickMs: number;
  readonly settleMs: number;
  readonly limits: ServiceLimits;
}

/** Replays one recording under each policy, and says what each would have meant. */
export function replay(input: ReplayInput): ReplayReport {
  const { arrivals, via, policies } = input;
  const fromMs = input.fromMs ?? Number.NEGATIVE_INFINITY;
  const play: Play =
    via === "traces" ? { ...arrivals, via } : { via, spans: spansOf(arrivals.list) };
  const outcomes = policies.map(({ name, policy }) =>
    policyOutcome(replayPolicy(play, { ...input, policy, fromMs }), { name, policy, fromMs }),
  );
  const order = via === "processor" ? "processor" : arrivals.order;
  const reports = via === "processor" ? 0 : reportsIn(arrivals.list);
  const heard = arrivals.list.filter(({ kind }) => kind === "spans" || kind === "reports");
  return {
    version: REPLAY_REPORT_VERSION,
    recording: {
      files: [...input.files],
      spans: spansOf(arrivals.list).length,
      reports,
      rejected: input.rejected,
      notes: [...input.notes],
      firstAt: instantOf(heard[0]),
      lastAt: instantOf(heard.at(-1)),
      countedFrom: input.fromMs === undefined ? null : instant(input.fromMs),
      via,
      order,
    },
    assumptions: assumptionsOf({
      order,
      hasPriorities: outcomes.some(({ total }) =>
        total.priorities.some(({ priority }) => priority !== 3),
      ),
      isEnforced: outcomes.some(({ enforced }) => enforced),
      hasReports: reports > 0,
      hasDecisions: outcomes.some(({ decisions }) => decisions.length > 0),
    }),
    policies: outcomes,
  };
}

function spansOf(list: readonly Arrival[]): readonly FinishedSpanView[] {
  return list.flatMap((arrival) => (arrival.kind === "spans" ? arrival.spans : []));
}

function reportsIn(list: readonly Arrival[]): number {
  return list.reduce(
    (sum, arrival) => sum + (arrival.kind === "reports" ? arrival.reports.length : 0),
    0,
  );
}

function instantOf(arrival: Arrival | undefined): string | null {
  return arrival === undefined ? null : instant(arrival.atMs);
}
