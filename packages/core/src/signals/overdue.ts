import type { DependencyCell } from "./dependency-cell.ts";
import { visitOpenAttempts } from "./open-attempts.ts";
import type { OpenWork } from "./open-attempts.ts";

/**
 * As many times the usual answer's time make an open attempt news. Of log-normal answers (sigma 0.4) 3 % take so long, so a healthy
 * process reports that much more often. Measured in a slow-down to a quarter for 10 s: 1.5, 2 and 3 give 14.8, 14.6 and 13.7 good
 * answers a second of 16, and none at all 11.9.
 */
const OVERDUE_FACTOR = 2;

/**
 * Finds attempts that are open for much longer than an answer usually takes, each once. A slow-down is seen so by the age of what
 * hangs, seconds before the first slow answer comes back.
 */
export class Overdue {
  /** Per dependency, the start of the youngest that was told of. */
  readonly #toldMs = new Map<string, number>();

  /** Whether one has become so since the last look. */
  look(work: OpenWork, cellOf: (dependency: string) => DependencyCell | undefined, nowMs: number) {
    let isNews = false;
    visitOpenAttempts(work, (dependency, _, startMs) => {
      const usualMs = cellOf(dependency)?.usualMs;
      if (usualMs === undefined || nowMs - startMs < OVERDUE_FACTOR * usualMs) return;
      if (startMs <= (this.#toldMs.get(dependency) ?? Number.NEGATIVE_INFINITY)) return;
      this.#toldMs.set(dependency, startMs);
      isNews = true;
    });
    return isNews;
  }

  /** Forgets dependencies that are no longer measured. */
  sweep(cellOf: (dependency: string) => DependencyCell | undefined): void {
    for (const dependency of this.#toldMs.keys())
      if (cellOf(dependency) === undefined) this.#toldMs.delete(dependency);
  }
}
