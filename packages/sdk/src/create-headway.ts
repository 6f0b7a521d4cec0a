import { randomUUID } from "node:crypto";
import type { Mode, Policy } from "@headway/core";
import { HeadwayError, SignalRecorder } from "@headway/core/signals";
import type { IdentityRule, RecorderLimits } from "@headway/core/signals";
import { systemClock } from "./clock.ts";
import type { Clock } from "./clock.ts";
import { atLeast } from "./config-range.ts";
import { RemoteCoordinator } from "./connection/remote-coordinator.ts";
import type { Fetch } from "./connection/unreferenced-fetch.ts";
import type { Coordinator } from "./coordinator.ts";
import { Events } from "./events.ts";
import type { Admission } from "./gate/admission.ts";
import type { DecisionMessage } from "./gate/decision-message.ts";
import { DecisionTable } from "./gate/decision-table.ts";
import { Headway } from "./headway.ts";
import { LazyLocalCoordinator } from "./lazy-local-coordinator.ts";
import { activeSpan } from "./otel-global.ts";
import { random } from "./random.ts";
import { recorderLimits } from "./recorder-limits.ts";
import { CallRunner } from "./run/call-runner.ts";
import { LoopDigest } from "./run/loop-digest.ts";

export interface HeadwayOptions {
  /** Where the service is. Absent: an engine in this process, which sees this process only. */
  readonly url?: string;
  /** Bearer token with the scopes `ingest` and `read`. */
  readonly token?: string;
  /** Who calls where nothing else says. Default: the instance. */
  readonly agent?: string;
  /** Id of this process, unique in the fleet. Default: random. */
  readonly instance?: string;
  /**
   * The strongest mode that this process obeys: below `enforce`, decisions are recorded and never hold a call. Default with a
   * `url`: `enforce`, so that the service's policy decides. Default without: the policy's own.
   */
  readonly mode?: Mode;
  /** Without a `url`: what the engine in this process may do. Default: mode `advise` for everything. */
  readonly policy?: Policy;
  /** Longest wait for a call's turn, in milliseconds. Default 30,000. */
  readonly waitMs?: number;
  /** Length of the windows in which signals are reported. Default 1,000. */
  readonly reportIntervalMs?: number;
  /** Calls that may wait for one dependency. Default 1,000. */
  readonly queueLengthMax?: number;
  /** Dependencies known at one time, to decisions and to signals. Default 1,000. */
  readonly dependenciesMax?: number;
  /** Bounds of what the signals are made from; its `dependencies` wins over `dependenciesMax` there. */
  readonly limits?: Partial<RecorderLimits>;
  /** Rules that name dependencies of spans, until the service, or without a `url` the policy, has its own. */
  readonly identities?: readonly IdentityRule[];
  /**
   * Compares the arguments of an agent's calls (`CallOptions.args`), so that a loop that works can be told from a poller. Digests and
   * their key stay in this process. Default: off, and nobody looks at arguments.
   */
  readonly loopDigest?: boolean;
  /** For Headway's own requests. Default: one that never keeps the process alive. */
  readonly fetch?: Fetch;
  /** For tests. */
  readonly clock?: Clock;
}

const WAIT_MS = 30_000;
const REPORT_INTERVAL_MS = 1_000;
const QUEUE_LENGTH_MAX = 1_000;
const DEPENDENCIES_MAX = 1_000;

/**
 * Makes the hook. Starts at once and never waits for the service: until the first decision arrives, and whenever the service is
 * silent, calls go out as if Headway were not there.
 *
 * @throws {HeadwayError} `ERR_CONFIG_TYPE` or `ERR_CONFIG_RANGE` for an option that cannot be meant.
 */
export function createHeadway(options: HeadwayOptions = {}): Headway {
  validate(options);
  const clock = options.clock ?? systemClock;
  const instance = options.instance ?? randomUUID();
  const events = new Events();
  const recorder = new SignalRecorder({
    instance,
    limits: recorderLimits(options.limits, options.dependenciesMax),
    ...(options.agent === undefined ? {} : { agent: options.agent }),
    ...(options.identities === undefined ? {} : { identities: options.identities }),
  });
  const table = new DecisionTable({
    clock,
    random,
    enforces: options.mode === undefined || options.mode === "enforce",
    dependenciesMax: options.dependenciesMax ?? DEPENDENCIES_MAX,
    queueLengthMax: options.queueLengthMax ?? QUEUE_LENGTH_MAX,
    onWaiting: (dependency, priority, count) => {
      const nowMs = clock.now();
      recorder.setWaiting(dependency, priority, count, nowMs);
      coordinator.flushIfUrgent(nowMs);
    },
    onUnguarded: () => recorder.signalDropped("decision_table"),
    onLease: (dependency, amount) => recorder.setLease(dependency, amount),
    onDecision: (decision, state) => events.emit("decision", { decision, state }),
  });
  const coordinator = coordinatorFor(options, { clock, instance, recorder, table, events });
  const loopDigest = options.loopDigest === true ? new LoopDigest() : undefined;
  const runner = new CallRunner({
    recorder,
    table,
    clock,
    agent: options.agent,
    waitMs: options.waitMs ?? WAIT_MS,
    loopDigest,
    onApplied: (dependency, admission) => say(recorder, events, dependency, admission),
    onFailure: (nowMs) => coordinator.flushIfUrgent(nowMs),
  });
  return new Headway({
    clock,
    random,
    recorder,
    table,
    runner,
    coordinator,
    events,
    comparesArguments: loopDigest !== undefined,
  });
}

interface Shared {
  readonly clock: Clock;
  readonly instance: string;
  readonly recorder: SignalRecorder;
  readonly table: DecisionTable;
  readonly events: Events;
}

function coordinatorFor(options: HeadwayOptions, shared: Shared): Coordinator {
  const { clock, instance, recorder, table, events } = shared;
  const reportIntervalMs = options.reportIntervalMs ?? REPORT_INTERVAL_MS;
  const onMessage = (message: DecisionMessage): void => {
    if (message.identities !== undefined) recorder.setIdentities(message.identities);
    table.apply(message, clock.now());
  };
  const onConnected = (): void => {
    table.setStale(false, clock.now());
    events.emit("connected", { version: table.version });
  };
  if (options.url === undefined) {
    const { mode, policy } = options;
    return new LazyLocalCoordinator({
      clock,
      random,
      instance,
      recorder,
      mode,
      policy,
      intervalMs: reportIntervalMs,
      onMessage,
      onConnected,
    });
  }
  return new RemoteCoordinator({
    url: options.url,
    token: options.token,
    instance,
    reportIntervalMs,
    fetch: options.fetch,
    clock,
    random,
    recorder,
    knownUntilMs: () => table.knownUntilMs(),
    onMessage,
    onConnected,
    onStale: () => {
      table.setStale(true, clock.now());
      events.emit("stale", { version: table.version });
    },
  });
}

/** What holds a call back where no decision does: the lease that every process has of a healthy dependency. */
const STANDING_BOUND = "standing_bound";

/** Says what was done to a call: on the active span, in the metrics, to listeners. */
function say(
  recorder: SignalRecorder,
  events: Events,
  dependency: string,
  { decision, advised, admitted, waitedMs: waitMs }: Admission,
): void {
  const subject = decision ?? advised;
  const wasHeldBack = waitMs > 0 || !admitted;
  if (subject === null && !wasHeldBack) return;
  const enforced = decision !== null || advised === null;
  const action = subject?.action ?? "shape";
  const label = enforced ? action : `advise_${action}`;
  recorder.applied(dependency, label, waitMs);
  annotate(label, subject?.reason.code ?? STANDING_BOUND, waitMs);
  if (subject === null) return;
  events.emit("applied", { dependency, decision: subject, action, enforced, admitted, waitMs });
}

function annotate(action: string, reason: string, waitMs: number): void {
  try {
    const span = activeSpan();
    span?.setAttribute("headway.action", action);
    span?.setAttribute("headway.reason", reason);
    span?.setAttribute("headway.wait", waitMs / 1_000);
  } catch {
    // A span of a foreign SDK that refuses an attribute is no reason to lose the call.
  }
}

function validate(options: HeadwayOptions): void {
  const { url } = options;
  if (url !== undefined && !isHttpUrl(url)) {
    throw new HeadwayError("ERR_CONFIG_TYPE", `url must be an http or https address, got "${url}"`);
  }
  atLeast("waitMs", options.waitMs, 0);
  atLeast("reportIntervalMs", options.reportIntervalMs, 100);
  atLeast("queueLengthMax", options.queueLengthMax, 0);
  atLeast("dependenciesMax", options.dependenciesMax, 1);
}

function isHttpUrl(url: string): boolean {
  return URL.canParse(url) && ["http:", "https:"].includes(new URL(url).protocol);
}
