import type { Finding } from "./detection.ts";

/** When an abnormal finding becomes a detection, and when it ceases to be one. Prometheus' `for` and `keep_firing_for`. */
export interface LifeCycleRule {
  /** Abnormal this long before it fires. 0 fires on the first finding. */
  readonly forMs: number;
  /** Normal this long before it resolves. 0 resolves on the first normal finding. */
  readonly keepFiringForMs: number;
}

export type LifeCycleState =
  | { readonly phase: "inactive" }
  | { readonly phase: "pending"; readonly startedAtMs: number }
  | {
      readonly phase: "firing";
      readonly startedAtMs: number;
      readonly firedAtMs: number;
      /** Since when every finding that said anything said normal; null while abnormal. */
      readonly normalSinceMs: number | null;
    };

export const INACTIVE: LifeCycleState = { phase: "inactive" };

/**
 * One step of `inactive → pending → firing → inactive`, as a pure function of the state, the finding and the time.
 *
 * `unknown` holds every state, and starts and ends nothing: a dependency that nobody calls any more (because it is held,
 * say) is neither proven sick nor proven well. Time that passes while unknown still counts towards `forMs` and
 * `keepFiringForMs`, but only a finding that says something acts on it.
 */
export function advance(
  state: LifeCycleState,
  finding: Finding["state"],
  nowMs: number,
  rule: LifeCycleRule,
): LifeCycleState {
  if (finding === "unknown") return state;
  const isAbnormal = finding === "abnormal";
  if (state.phase === "inactive") return isAbnormal ? begin(nowMs, nowMs, rule) : state;
  if (state.phase === "pending")
    return isAbnormal ? begin(state.startedAtMs, nowMs, rule) : INACTIVE;
  if (isAbnormal) return state.normalSinceMs === null ? state : { ...state, normalSinceMs: null };
  const normalSinceMs = state.normalSinceMs ?? nowMs;
  return nowMs - normalSinceMs >= rule.keepFiringForMs ? INACTIVE : { ...state, normalSinceMs };
}

function begin(startedAtMs: number, nowMs: number, rule: LifeCycleRule): LifeCycleState {
  if (nowMs - startedAtMs < rule.forMs) return { phase: "pending", startedAtMs };
  return { phase: "firing", startedAtMs, firedAtMs: nowMs, normalSinceMs: null };
}
