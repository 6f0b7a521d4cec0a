import type { Scenario } from "./scenario.ts";

/** What the processes of a run tell each other. Times are milliseconds since the start of the run unless said otherwise. */

export type Variant = "without" | "with";

export const VARIANTS: readonly Variant[] = ["without", "with"];

/** 1: a person waits. 4 and 5: re-screening. */
export type WorkflowPriority = 1 | 4 | 5;

export interface ProviderProcessSettings {
  readonly scenario: Scenario;
}

export interface AgentProcessSettings {
  readonly scenario: Scenario;
  readonly index: number;
  readonly providerUrl: string;
  /** Absent: the agents run without Headway. */
  readonly headwayUrl: string | undefined;
}

/** From the run to every process. `startMs` is on the shared clock. */
export interface StartMessage {
  readonly kind: "start";
  readonly startMs: number;
}

/** From the run to an agent process: end what is under way as still held, and tell. */
export interface StopMessage {
  readonly kind: "stop";
}

export interface ReadyMessage {
  readonly kind: "ready";
  /** Only of a process that listens. */
  readonly url?: string;
}

export type AttemptOutcome =
  | "ok"
  /** No answer in time: the agent hung up. */
  | "timeout"
  /** 503: the provider's queue is full. */
  | "full"
  /** 429: the client is locked out. */
  | "locked"
  /** The workflow's deadline came while the attempt was under way. */
  | "deadline"
  | "broken";

export interface AttemptRecord {
  readonly startMs: number;
  readonly endMs: number;
  readonly priority: WorkflowPriority;
  /** 1 for the first attempt of a call. */
  readonly number: number;
  readonly outcome: AttemptOutcome;
}

/** A call that was let go. Without Headway there is no gate, and the figures are what it takes to ask none. */
export interface AdmissionRecord {
  readonly atMs: number;
  /** From asking to going, by the clock, which also runs while the machine does something else. */
  readonly waitMs: number;
  /** Processor time that this process spent from asking to going. */
  readonly cpuMs: number;
}

/** A call that Headway says it kept waiting and then let go. */
export interface HoldRecord {
  readonly atMs: number;
  readonly waitMs: number;
}

export type WorkflowEnd = "done" | "failed" | "held";

export interface WorkflowRecord {
  readonly id: string;
  readonly process: number;
  readonly priority: WorkflowPriority;
  readonly arrivedMs: number;
  readonly deadlineMs: number;
  readonly endedMs: number;
  readonly end: WorkflowEnd;
  /** Of a failure: what ended it. */
  readonly cause: string | undefined;
  readonly calls: number;
  readonly attempts: number;
}

/** From an agent process, four times a second. */
export interface AgentMessage {
  readonly kind: "agents";
  readonly process: number;
  readonly atMs: number;
  readonly attempts: readonly AttemptRecord[];
  readonly admissions: readonly AdmissionRecord[];
  readonly holds: readonly HoldRecord[];
  readonly workflows: readonly WorkflowRecord[];
  /** Workflows that wait for an agent. */
  readonly queued: number;
  /** Workflows put back until Headway's "later". */
  readonly postponed: number;
  /** Calls that the gate keeps waiting now. */
  readonly held: number;
  readonly agentsBusy: number;
  /** Every workflow that came has ended. */
  readonly finished: boolean;
}

/** From the provider, once a second. Counts are of the second that ended. */
export interface ProviderMessage {
  readonly kind: "provider";
  readonly atMs: number;
  readonly served: number;
  /** Served although the client had hung up: it cannot cancel. */
  readonly servedForNobody: number;
  readonly refusedFull: number;
  readonly refusedLocked: number;
  readonly queueLength: number;
  readonly inService: number;
  readonly clientsLocked: number;
  /** Times a client was locked out, since the start. */
  readonly lockouts: number;
}

export type ToRun = ReadyMessage | AgentMessage | ProviderMessage;

export type FromRun = StartMessage | StopMessage;

/** Both ends of a channel are files of this folder, so the kind tells the type. */
export function isToRun(message: unknown): message is ToRun {
  return hasKind(message, ["ready", "agents", "provider"]);
}

export function isFromRun(message: unknown): message is FromRun {
  return hasKind(message, ["start", "stop"]);
}

export function tellRun(message: ToRun): void {
  process.send?.(message);
}

export function onRunMessage(handle: (message: FromRun) => void): void {
  process.on("message", (message) => {
    if (isFromRun(message)) handle(message);
  });
  // Nobody is left to tell: a run that was interrupted must leave no processes behind.
  process.on("disconnect", () => process.exit(0));
}

function hasKind(message: unknown, kinds: readonly string[]): boolean {
  return (
    typeof message === "object" &&
    message !== null &&
    "kind" in message &&
    typeof message.kind === "string" &&
    kinds.includes(message.kind)
  );
}
