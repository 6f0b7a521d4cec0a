import type { AuditEntry } from "@headway/core";
import { auditJson } from "../api/wire.ts";
import type { LiveLogEntry } from "./live-view.ts";

export const LOG_MAX = 100;

/** The newest audit entries, newest first. Begins with what the store has; a page of it would cost a read a frame. */
export class DecisionLog {
  #entries: readonly LiveLogEntry[] = [];

  get entries(): readonly LiveLogEntry[] {
    return this.#entries;
  }

  /** What was kept of earlier times; what came meanwhile stays on top. */
  seed(rowsNewestFirst: readonly AuditEntry[]): void {
    const oldestMs = Date.parse(this.#entries.at(-1)?.at ?? "9999-12-31T00:00:00Z");
    const older = rowsNewestFirst.filter(({ atMs }) => Math.floor(atMs) < oldestMs).map(auditJson);
    this.#entries = [...this.#entries, ...older].slice(0, LOG_MAX);
  }

  add(entries: readonly AuditEntry[]): void {
    if (entries.length === 0) return;
    this.#entries = [...entries.toReversed().map(auditJson), ...this.#entries].slice(0, LOG_MAX);
  }
}
