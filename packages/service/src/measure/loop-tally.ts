import type { SignalPoint } from "@headway/core/signals";
import { rounded } from "./cost-tally.ts";
import type { Measurement } from "./measurement.ts";
import type { CostTally } from "./cost-tally.ts";

export type LoopRow = Measurement["loops"][number];

const LOOPS_MAX = 2_000;

interface Loop {
  readonly agent: string;
  readonly dependency: string;
  readonly outcome: string;
  cycles: number;
  times: number;
  /** Cycles beyond the first, over all times. */
  repeated: number;
  fromMs: number;
  toMs: number;
  lastCycles: number;
  lastMs: number;
}

/** An episode is over when it is not told of for so long. */
const PAUSE_MS = 60_000;

/** Agents that repeat themselves, as the recorder's own gauge tells of them: `headway.repeat.length`. */
export class LoopTally {
  readonly #loops = new Map<string, Loop>();
  leftOut = 0;

  observe({ signal, attributes, value }: SignalPoint, nowMs: number): void {
    if (signal !== "headway.repeat.length" || typeof value !== "number") return;
    const { agent = "", dependency = "", outcome = "" } = attributes;
    const key = `${agent}\n${dependency}\n${outcome}`;
    const known = this.#loops.get(key);
    if (known !== undefined) return follow(known, value, nowMs);
    if (this.#loops.size >= LOOPS_MAX) {
      this.leftOut += 1;
      return;
    }
    this.#loops.set(key, {
      agent,
      dependency,
      outcome,
      cycles: value,
      times: 1,
      repeated: value - 1,
      fromMs: nowMs,
      toMs: nowMs,
      lastCycles: value,
      lastMs: nowMs,
    });
  }

  /** `costOf`: what so many calls of a dependency cost. */
  rows(costOf: (dependency: string, calls: number) => CostTally, row: RowOf): readonly LoopRow[] {
    return [...this.#loops.values()]
      .map(({ agent, dependency, outcome, cycles, times, repeated, fromMs, toMs }) => ({
        agent,
        dependency,
        outcome,
        cycles,
        times,
        fromMs: rounded(fromMs),
        toMs: rounded(toMs),
        cost: row(costOf(dependency, repeated)),
        certainty: "likely" as const,
      }))
      .toSorted(
        (a, b) => b.cycles - a.cycles || a.fromMs - b.fromMs || (a.agent < b.agent ? -1 : 1),
      );
  }
}

type RowOf = (cost: CostTally) => LoopRow["cost"];

/** The gauge counts up as a repetition goes on; a smaller number, or one after a pause, is another. */
function follow(loop: Loop, cycles: number, nowMs: number): void {
  const isNext = cycles < loop.lastCycles || nowMs - loop.lastMs > PAUSE_MS;
  if (isNext) {
    loop.times += 1;
    loop.repeated += cycles - 1;
  } else loop.repeated += cycles - loop.lastCycles;
  loop.cycles = Math.max(loop.cycles, cycles);
  loop.lastCycles = cycles;
  loop.lastMs = nowMs;
  loop.toMs = nowMs;
}
