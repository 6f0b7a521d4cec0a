import type { Detection } from "../detect/detection.ts";
import type { Priority } from "../signals/priority.ts";
import type { Action, DecisionReason, Scope, Shape } from "./decision.ts";
import type { DecisionDraft } from "./decision-draft.ts";
import type { Phase } from "./hold-phase.ts";
import type { NotBeforeView } from "./not-before.ts";
import type { DependencyPolicy } from "./policy.ts";

/** All that is known of one dependency when its decisions are drafted. */
export interface Situation {
  readonly tenant: string;
  readonly dependency: string;
  readonly policy: DependencyPolicy;
  readonly nowMs: number;
  /** Firing. */
  readonly detections: readonly Detection[];
  readonly phase: Phase;
  readonly notBefore: NotBeforeView | undefined;
  /** The fleet's allowance is held exactly now, not only in reserve. */
  readonly isBinding: boolean;
  /** It is the bound learned from the dependency's answers that binds, not a configured one. */
  readonly isLearnedBinding: boolean;
  /** Nobody was answered lately. */
  readonly isSilent: boolean;
  readonly bound: number | undefined;
  readonly ratePerSecond: number | undefined;
  readonly isRejecting: boolean;
}

/** While a dependency is down, this often its decision is renewed; who loses the service comes back then. */
const HOLD_MS = 20_000;
/** N held workflows come back over this time, not in the same instant. */
const HOLD_SPREAD_MS = 4_000;
/** A looping agent is looked at again after this. */
const LOOP_MS = 30_000;
const TROUBLE: ReadonlySet<Detection["kind"]> = new Set([
  "degraded",
  "failing",
  "throttled",
  "saturation",
  "retry_storm",
  "fanout",
]);

/**
 * Which action each priority gets. In order of preference: shape (everybody goes, fewer at once); defer, where a throttle
 * said when to come back; hold, where almost nothing comes back good. Shed only where the policy allows it, and then only
 * priority 5 while the dependency is held, or all where nothing milder is allowed. Protected priorities are only shaped.
 */
export function chooseActions(situation: Situation): DecisionDraft[] {
  const { policy } = situation;
  if (policy.mode === "observe") return [];
  const loops = situation.detections.filter(
    ({ kind, agent }) => kind === "loop" && agent !== undefined,
  );
  const drafts = [
    ...fleetDrafts(situation),
    ...loops.flatMap((loop) => loopDraft(loop, situation) ?? []),
  ];
  return drafts.filter(({ action }) => policy.actions.includes(action));
}

function fleetDrafts(situation: Situation): DecisionDraft[] {
  const { phase, notBefore, nowMs } = situation;
  if (phase === "held") {
    const reason = reasonOf(
      situation,
      "failing",
      "probing: almost no answer is good, one process tries",
    );
    return parted(situation, "hold", reason, {
      notBeforeMs: nowMs + HOLD_MS,
      spreadMs: HOLD_SPREAD_MS,
    });
  }
  if (notBefore) {
    const reason = reasonOf(
      situation,
      "throttled",
      `asked to come back later (${notBefore.reason})`,
    );
    return parted(situation, "defer", reason, {
      notBeforeMs: notBefore.atMs,
      spreadMs: notBefore.spreadMs,
    });
  }
  const shape = shapeOf(situation);
  if (!shape) return [];
  return [
    { scope: scopeOf(situation, 1, 5), action: "shape", shape, reason: shapeReason(situation) },
  ];
}

/** The protected priorities shaped to a trickle, the others made to wait. */
function parted(
  situation: Situation,
  wait: "hold" | "defer",
  reason: DecisionReason,
  until: { notBeforeMs: number; spreadMs: number },
): DecisionDraft[] {
  const { policy } = situation;
  const from = policy.protectedPriority + 1;
  const drafts: DecisionDraft[] = [];
  if (policy.protectedPriority > 0) {
    const shape: Shape = { concurrency: 1, retries: 0 };
    drafts.push({
      scope: scopeOf(situation, 1, policy.protectedPriority || 1),
      action: "shape",
      shape,
      reason,
    });
  }
  if (!isPriority(from)) return drafts;
  const action = mildest([wait, wait === "hold" ? "defer" : "hold", "shed"], policy.actions);
  if (action === "shed" || (wait === "hold" && policy.actions.includes("shed") && from === 5)) {
    return [...drafts, { scope: scopeOf(situation, from, 5), action: "shed", reason }];
  }
  if (action === undefined) {
    return [
      {
        scope: scopeOf(situation, 1, 5),
        action: "shape",
        shape: { concurrency: 1, retries: 0 },
        reason,
      },
    ];
  }
  if (wait === "hold" && policy.actions.includes("shed")) {
    drafts.push({ scope: scopeOf(situation, 5, 5), action: "shed", reason });
    return [...drafts, { scope: scopeOf(situation, from, 4), action, ...until, reason }];
  }
  return [...drafts, { scope: scopeOf(situation, from, 5), action, ...until, reason }];
}

function shapeOf({
  policy,
  detections,
  phase,
  isBinding,
  bound,
  ratePerSecond,
}: Situation): Shape | undefined {
  const isStorm = detections.some(({ kind }) => kind === "retry_storm");
  const isTrouble = detections.some(({ kind }) => TROUBLE.has(kind)) || phase === "ramping";
  const concurrency = isBinding ? (bound ?? policy.concurrencyMax) : policy.concurrencyMax;
  const rate = ratePerSecond ?? policy.ratePerSecondMax;
  const shape: Shape = {
    ...(concurrency === undefined ? {} : { concurrency: Math.max(Math.floor(concurrency), 1) }),
    ...(rate === undefined ? {} : { ratePerSecond: rate }),
    ...(isTrouble && policy.fanOutMax !== undefined ? { fanOut: policy.fanOutMax } : {}),
    // Where nobody need wait there is room for retries: what fails anyhow, whatever the load, is made good by them.
    ...((isStorm && isBinding) || phase === "ramping" ? { retries: 0 } : {}),
  };
  return Object.keys(shape).length > 0 ? shape : undefined;
}

function shapeReason(situation: Situation): DecisionReason {
  const { phase, isBinding, isLearnedBinding, isSilent, bound, isRejecting, detections } =
    situation;
  const slots = Math.max(Math.floor(bound ?? 0), 1);
  if (phase === "ramping")
    return reasonOf(situation, undefined, `coming back: ${slots} in flight and doubling`, "ramp");
  if (isBinding && isRejecting)
    return reasonOf(situation, "throttled", `paced to what is admitted: ${slots} in flight`);
  const storm = detections.find(({ kind }) => kind === "retry_storm");
  if (storm) return reasonOf(situation, "retry_storm", storm.summary);
  if (isLearnedBinding) {
    const summary = isSilent
      ? `nobody is answered: the fleet tries with ${slots} in flight until somebody is`
      : `answers are slower than usual: the fleet keeps to ${slots} in flight`;
    return reasonOf(situation, undefined, summary, "standing_bound");
  }
  const trouble = detections.find(({ kind }) => TROUBLE.has(kind));
  if (trouble) return reasonOf(situation, trouble.kind, trouble.summary);
  return reasonOf(situation, undefined, "limited by policy", "limit");
}

function reasonOf(
  { detections }: Situation,
  kind: Detection["kind"] | undefined,
  fallback: string,
  code: string = kind ?? "limit",
): DecisionReason {
  const behind = detections.filter((detection) => TROUBLE.has(detection.kind));
  const named = behind.find((detection) => detection.kind === kind);
  return { code, summary: named?.summary ?? fallback, detections: behind.map(({ id }) => id) };
}

function loopDraft(
  loop: Detection,
  { tenant, dependency, policy, nowMs }: Situation,
): DecisionDraft | undefined {
  const action = mildest(["defer", "hold", "shape"], policy.actions);
  if (action === undefined || loop.agent === undefined) return undefined;
  return {
    scope: { tenant, dependency, agent: loop.agent, priority: { from: 1, to: 5 } },
    action,
    ...(action === "shape"
      ? { shape: { concurrency: 1, retries: 0 } }
      : { notBeforeMs: nowMs + LOOP_MS, spreadMs: 0 }),
    reason: { code: "loop", summary: loop.summary, detections: [loop.id] },
  };
}

function mildest(wanted: readonly Action[], allowed: readonly Action[]): Action | undefined {
  return wanted.find((action) => allowed.includes(action));
}

function scopeOf({ tenant, dependency }: Situation, from: Priority, to: Priority): Scope {
  return { tenant, dependency, priority: { from, to } };
}

function isPriority(value: number): value is Priority {
  return value >= 1 && value <= 5;
}
