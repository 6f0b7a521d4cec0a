import type { Variant, WorkflowRecord } from "../messages.ts";
import { PHASE_NAMES, phaseAt } from "../scenario.ts";
import type { PhaseName } from "../scenario.ts";
import { conservationFaults } from "./conservation.ts";
import { countBy } from "./count-by.ts";
import { quantile } from "./quantile.ts";
import { recoveryMs } from "./recovery.ts";
import type { RunRecord } from "./run-record.ts";

export type WorkflowClass = "person" | "rescreening";

export interface InTime {
  readonly arrived: number;
  readonly inTime: number;
}

/** What the gate cost calls while all was well. */
export interface HealthyWait {
  /** The longest that Headway kept a call waiting, by its own account. */
  readonly heldMsMax: number;
  /** The most processor time that a call took to get through. */
  readonly cpuMsMax: number;
  /** From asking to going, by the clock. */
  readonly askedMsP999: number;
}

/** One run of one variant in numbers. */
export interface RunSummary {
  readonly variant: Variant;
  readonly done: number;
  readonly failed: number;
  readonly held: number;
  readonly causes: Readonly<Record<string, number>>;
  /** By the phase in which a workflow came. */
  readonly inTime: Readonly<Record<PhaseName, Readonly<Record<WorkflowClass, InTime>>>>;
  readonly calls: number;
  readonly attempts: number;
  readonly attemptsPerCall: number;
  /** Attempts that brought no answer to anybody who waited. */
  readonly attemptsWasted: number;
  readonly lockouts: number;
  /** Of the workflows that came during the fault. One that was not done in time counts with its whole deadline. */
  readonly personMs: { readonly p50: number; readonly p99: number };
  readonly recoveryMs: number;
  readonly healthyWait: HealthyWait;
  readonly conservationFaults: readonly string[];
}

export function summarise(record: RunRecord): RunSummary {
  const { workflows, attempts, scenario } = record;
  const ended = (end: WorkflowRecord["end"]): number =>
    workflows.filter((workflow) => workflow.end === end).length;
  const calls = workflows.reduce((sum, workflow) => sum + workflow.calls, 0);
  const ofPersonsInFault = workflows.filter(
    (workflow) =>
      workflow.priority === 1 && phaseAt(scenario.phases, workflow.arrivedMs) === "fault",
  );
  return {
    variant: record.variant,
    done: ended("done"),
    failed: ended("failed"),
    held: ended("held"),
    causes: causesOf(workflows),
    inTime: inTimeByPhase(record),
    calls,
    attempts: attempts.length,
    attemptsPerCall: attempts.length / Math.max(calls, 1),
    attemptsWasted: attempts.filter((attempt) => attempt.outcome !== "ok").length,
    lockouts: record.provider.at(-1)?.lockouts ?? 0,
    personMs: {
      p50: quantile(ofPersonsInFault.map(durationMs), 0.5),
      p99: quantile(ofPersonsInFault.map(durationMs), 0.99),
    },
    recoveryMs: recoveryMs(record),
    healthyWait: healthyWaitOf(record),
    conservationFaults: conservationFaults(record),
  };
}

export function classOf(workflow: { readonly priority: number }): WorkflowClass {
  return workflow.priority === 1 ? "person" : "rescreening";
}

/** Left out, failures would make a fleet look faster the more it fails. */
function durationMs(workflow: WorkflowRecord): number {
  return (workflow.end === "done" ? workflow.endedMs : workflow.deadlineMs) - workflow.arrivedMs;
}

function causesOf(workflows: readonly WorkflowRecord[]): Record<string, number> {
  const failed = workflows.filter((workflow) => workflow.end === "failed");
  return Object.fromEntries(countBy(failed, (workflow) => workflow.cause ?? "unknown"));
}

function inTimeByPhase(record: RunRecord): RunSummary["inTime"] {
  const count = (phase: PhaseName, kind: WorkflowClass): InTime => {
    const came = record.workflows.filter(
      (workflow) =>
        classOf(workflow) === kind && phaseAt(record.scenario.phases, workflow.arrivedMs) === phase,
    );
    const inTime = came.filter(
      (workflow) => workflow.end === "done" && workflow.endedMs <= workflow.deadlineMs,
    ).length;
    return { arrived: came.length, inTime };
  };
  const byClass = (phase: PhaseName): Record<WorkflowClass, InTime> => ({
    person: count(phase, "person"),
    rescreening: count(phase, "rescreening"),
  });
  const [healthy, fault, after] = PHASE_NAMES.map(byClass);
  return { healthy: healthy!, fault: fault!, after: after! };
}

function healthyWaitOf({ admissions, holds, scenario }: RunRecord): HealthyWait {
  const isHealthy = ({ atMs }: { readonly atMs: number }): boolean =>
    atMs < scenario.phases.healthyMs;
  const admitted = admissions.filter(isHealthy);
  return {
    heldMsMax: Math.max(0, ...holds.filter(isHealthy).map(({ waitMs }) => waitMs)),
    cpuMsMax: Math.max(0, ...admitted.map(({ cpuMs }) => cpuMs)),
    askedMsP999: quantile([0, ...admitted.map(({ waitMs }) => waitMs)], 0.999),
  };
}
