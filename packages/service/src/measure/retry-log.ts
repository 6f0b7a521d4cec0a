import { Names } from "./names.ts";

export interface Retry {
  readonly dependency: string;
  readonly agent: string;
  readonly traceId: string;
  readonly startMs: number;
  readonly durationMs: number;
  /** Since the failure; 0 where it is not known. */
  readonly gapMs: number;
  readonly isFailed: boolean;
  readonly isSure: boolean;
  readonly money: number;
}

const FIRST_CAPACITY = 1_024;
/** 50 bytes each. */
const RETRIES_MAX = 250_000;
const RUNS_MAX = 250_000;

/**
 * Every retry by itself, as columns of numbers: which of them came together can only be said when all are known. Bounded; what is
 * over is counted by the tallies and in `leftOut`, and is in no burst.
 */
export class RetryLog {
  readonly agents = new Names(10_000);
  readonly dependencies = new Names(1_000);
  readonly workflows = new Names(1_000);
  readonly #runs = new Names(RUNS_MAX);
  readonly #limit: number;
  startMs = new Float64Array(FIRST_CAPACITY);
  /** What it cost, pause included: of the wall time of its run, where there is one. */
  costMs = new Float64Array(FIRST_CAPACITY);
  money = new Float64Array(FIRST_CAPACITY);
  gapMs = new Float32Array(FIRST_CAPACITY);
  dependency = new Uint16Array(FIRST_CAPACITY);
  agent = new Uint16Array(FIRST_CAPACITY);
  run = new Uint32Array(FIRST_CAPACITY);
  /** One more than its number; 0 where none is known. */
  workflow = new Uint16Array(FIRST_CAPACITY);
  isFailed = new Uint8Array(FIRST_CAPACITY);
  isSure = new Uint8Array(FIRST_CAPACITY);
  isCorrelated = new Uint8Array(FIRST_CAPACITY);
  size = 0;
  leftOut = 0;

  constructor(limit: number = RETRIES_MAX) {
    this.#limit = limit;
  }

  /** Its row; undefined where there was no room. */
  add(retry: Retry): number | undefined {
    const agent = this.agents.numberOf(retry.agent);
    const dependency = this.dependencies.numberOf(retry.dependency);
    const run = this.#runs.numberOf(retry.traceId);
    const hasNames = agent !== undefined && dependency !== undefined && run !== undefined;
    if (this.size >= this.#limit || !hasNames) {
      this.leftOut += 1;
      return undefined;
    }
    const row = this.size;
    if (row === this.startMs.length) this.#grow();
    this.size += 1;
    this.startMs[row] = retry.startMs;
    this.costMs[row] = retry.gapMs + retry.durationMs;
    this.money[row] = retry.money;
    this.gapMs[row] = retry.gapMs;
    this.dependency[row] = dependency;
    this.agent[row] = agent;
    this.run[row] = run;
    this.isFailed[row] = Number(retry.isFailed);
    this.isSure[row] = Number(retry.isSure);
    return row;
  }

  /** Class of the unit of work that it was part of. */
  workflowOf(row: number, workflow: string): void {
    this.workflow[row] = (this.workflows.numberOf(workflow) ?? -1) + 1;
  }

  traceOf(run: number): string {
    return this.#runs.nameOf(run);
  }

  /** Rows of each dependency, in order of time. */
  byDependency(): ReadonlyMap<number, readonly number[]> {
    const rows = new Map<number, number[]>();
    for (let row = 0; row < this.size; row += 1) {
      const list = rows.get(this.dependency[row]!);
      if (list === undefined) rows.set(this.dependency[row]!, [row]);
      else list.push(row);
    }
    for (const list of rows.values())
      list.sort((a, b) => this.startMs[a]! - this.startMs[b]! || a - b);
    return rows;
  }

  #grow(): void {
    const length = this.startMs.length * 2;
    this.startMs = grown(this.startMs, new Float64Array(length));
    this.costMs = grown(this.costMs, new Float64Array(length));
    this.money = grown(this.money, new Float64Array(length));
    this.gapMs = grown(this.gapMs, new Float32Array(length));
    this.dependency = grown(this.dependency, new Uint16Array(length));
    this.agent = grown(this.agent, new Uint16Array(length));
    this.run = grown(this.run, new Uint32Array(length));
    this.workflow = grown(this.workflow, new Uint16Array(length));
    this.isFailed = grown(this.isFailed, new Uint8Array(length));
    this.isSure = grown(this.isSure, new Uint8Array(length));
    this.isCorrelated = grown(this.isCorrelated, new Uint8Array(length));
  }
}

function grown<Column extends { set(from: ArrayLike<number>): void }>(
  from: ArrayLike<number>,
  into: Column,
): Column {
  into.set(from);
  return into;
}
