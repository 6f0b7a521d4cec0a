import { decisionFor } from "@headway/core";
import type { AuditEntry, Decision, Detection, EngineChange } from "@headway/core";
import type { Attempt } from "@headway/core/signals";

/** One decision from its issue to its end; what it said changed in between. */
export interface DecisionRun {
  readonly fromMs: number;
  /** `undefined`: it still stood when the recording ended. */
  toMs: number | undefined;
  /** In order. Renewals that say the same are left out. */
  readonly versions: { readonly atMs: number; readonly decision: Decision }[];
}

interface Standing {
  readonly fromMs: number;
  readonly decisions: readonly Decision[];
}

/** All that an engine said in the course of a replay, and what of it stood at any time. */
export class DecisionLog {
  /** By id, in the order in which they were issued. */
  readonly runs = new Map<string, DecisionRun>();
  /** By id, as they were last; only such as fired. */
  readonly detections = new Map<string, Detection>();
  readonly audit: AuditEntry[] = [];
  readonly #standing = new Map<string, Standing[]>();

  changed(change: EngineChange, nowMs: number): void {
    this.audit.push(...change.audit);
    for (const detection of change.detectionsChanged)
      if (detection.firedAtMs !== null) this.detections.set(detection.id, detection);
    for (const decision of change.decisionsChanged) this.#decided(decision, nowMs);
    for (const { id } of change.decisionsEnded) {
      const run = this.runs.get(id);
      if (run !== undefined) run.toMs = nowMs;
    }
    this.#stand(change, nowMs);
  }

  /** What an attempt would have been told at its start. */
  forAttempt(attempt: Attempt): Decision | undefined {
    const { dependency, agent, priority, startMs } = attempt;
    const standing = this.#standingAt(dependency, startMs);
    return decisionFor(standing, { dependency, agent, priority }, startMs);
  }

  #decided(decision: Decision, nowMs: number): void {
    const version = { atMs: nowMs, decision };
    const run = this.runs.get(decision.id);
    if (run === undefined) {
      this.runs.set(decision.id, { fromMs: nowMs, toMs: undefined, versions: [version] });
      return;
    }
    const last = run.versions.at(-1)?.decision;
    if (last === undefined || !saysTheSame(last, decision)) run.versions.push(version);
  }

  #stand({ decisionsChanged, decisionsEnded }: EngineChange, nowMs: number): void {
    const touched = new Set(
      [...decisionsChanged, ...decisionsEnded].map(({ scope }) => scope.dependency),
    );
    for (const dependency of touched) {
      const history = this.#standing.get(dependency) ?? [];
      this.#standing.set(dependency, history);
      const gone = new Set([...decisionsChanged, ...decisionsEnded].map(({ id }) => id));
      const kept = (history.at(-1)?.decisions ?? []).filter(({ id }) => !gone.has(id));
      const come = decisionsChanged.filter(({ scope }) => scope.dependency === dependency);
      history.push({ fromMs: nowMs, decisions: [...kept, ...come] });
    }
  }

  /** The last that began at or before then. */
  #standingAt(dependency: string, atMs: number): readonly Decision[] {
    const history = this.#standing.get(dependency) ?? [];
    let low = 0;
    let high = history.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (history[middle]!.fromMs <= atMs) low = middle + 1;
      else high = middle;
    }
    return history[low - 1]?.decisions ?? [];
  }
}

function saysTheSame(a: Decision, b: Decision): boolean {
  return (
    a.action === b.action &&
    a.mode === b.mode &&
    a.reason.code === b.reason.code &&
    JSON.stringify(a.shape) === JSON.stringify(b.shape) &&
    a.notBeforeMs === b.notBeforeMs
  );
}
