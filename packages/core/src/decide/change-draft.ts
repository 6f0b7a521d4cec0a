import type { Detection } from "../detect/detection.ts";
import type { BookChange } from "./decision-book.ts";
import type { Decision } from "./decision.ts";
import type { AuditEntry, EngineChange } from "./engine-types.ts";

/** Collects what one tick changes, and what the audit says of it. */
export class ChangeDraft {
  readonly #nowMs: number;
  readonly change: Omit<EngineChange, "version" | "leasesChanged">;
  /** Instances whose set of leases is to be sent anew. */
  readonly leaseHolders = new Set<string>();

  constructor(nowMs: number, audit: readonly AuditEntry[]) {
    this.#nowMs = nowMs;
    this.change = {
      decisionsChanged: [],
      decisionsEnded: [],
      detectionsChanged: [],
      audit: [...audit],
    };
  }

  addBook({ issued, changed, ended }: BookChange): void {
    this.change.decisionsChanged.push(...issued, ...changed);
    this.change.decisionsEnded.push(...ended);
    for (const decision of issued) this.#note("decision.issued", decision);
    for (const decision of ended) this.#note("decision.ended", decision);
  }

  addDetection(detection: Detection | undefined): void {
    if (!detection) return;
    this.change.detectionsChanged.push(detection);
    const { id, dependency, kind, summary, state, firedAtMs, resolvedAtMs } = detection;
    const isNews =
      (state === "firing" && firedAtMs === this.#nowMs) ||
      (state === "resolved" && firedAtMs !== null);
    if (!isNews) return;
    const atMs = resolvedAtMs ?? this.#nowMs;
    this.change.audit.push({
      atMs,
      kind: state === "firing" ? "detection.fired" : "detection.resolved",
      dependency,
      by: "headway",
      summary: `${kind}: ${summary}`,
      id,
    });
  }

  #note(kind: string, { id, scope, action, reason }: Decision): void {
    const summary = `${action}, priority ${scope.priority.from} to ${scope.priority.to}: ${reason.summary}`;
    this.change.audit.push({
      atMs: this.#nowMs,
      kind,
      dependency: scope.dependency,
      by: "headway",
      summary,
      id,
    });
  }
}
