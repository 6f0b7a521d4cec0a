import { DependencyCell, type CellLimits } from "./dependency-cell.ts";
import { PairCounts } from "./pair-counts.ts";
import type { Priority } from "./priority.ts";
import type { RecorderLimits } from "./recorder-limits.ts";
import { RepeatGauges, type RepeatedCall } from "./repeat-gauges.ts";
import type { SignalPoint } from "./report.ts";
import { WaitOnset } from "./wait-onset.ts";

/** A dependency that nothing happened at for this many windows gives its place free. */
const IDLE_WINDOWS = 60;

const NOTHING_APART: CellLimits = { agents: 0, operations: 0, callers: 0 };

interface Gauge {
  readonly dependency: string;
  readonly priority: Priority;
  count: number;
}

/** Everything measured since the last report: the cells and what is counted across them, each bounded. */
export class SignalWindow {
  readonly edges: PairCounts;
  readonly transitions: PairCounts;
  readonly fanOut: PairCounts;
  readonly workflows: PairCounts;
  readonly #limits: RecorderLimits;
  readonly #cellLimits: CellLimits;
  readonly #cells = new Map<string, DependencyCell>();
  readonly #overflow: DependencyCell;
  readonly #spansDropped = new Map<string, number>();
  readonly #reportsFailed = new Map<string, number>();
  readonly #waiting = new Map<string, Gauge>();
  readonly #onset = new WaitOnset();
  readonly #leases = new Map<string, number>();
  readonly #repeats: RepeatGauges;
  readonly #signalsDropped = new Map<string, number>();
  #dependenciesDropped = 0;
  /** Which window it is: what was looked up in one is not good in the next. */
  epoch = 0;

  constructor(limits: RecorderLimits) {
    this.#limits = limits;
    this.#cellLimits = {
      agents: limits.agentsPerDependency,
      operations: limits.operationsPerDependency,
      callers: limits.callersPerDependency,
    };
    this.#repeats = new RepeatGauges(limits.pairs);
    this.#overflow = new DependencyCell({ overflow: true }, NOTHING_APART);
    this.edges = new PairCounts("headway.edge.calls", limits.pairs, (from, to) => ({ from, to }));
    this.transitions = new PairCounts("headway.transition", limits.pairs, (from, to) => ({
      from,
      to,
    }));
    this.fanOut = new PairCounts("headway.fanout.width", limits.pairs, (from, to) => ({
      from,
      to,
    }));
    this.workflows = new PairCounts("headway.workflow.attempts", limits.pairs, (workflow) => ({
      workflow,
    }));
  }

  cell(dependency: string): DependencyCell {
    const known = this.#cells.get(dependency);
    if (known !== undefined) return known;
    if (this.#cells.size >= this.#limits.dependencies) {
      this.#dependenciesDropped += 1;
      return this.#overflow;
    }
    const cell = new DependencyCell({ dependency }, this.#cellLimits);
    this.#cells.set(dependency, cell);
    return cell;
  }

  /** The cell of a dependency that is measured already. */
  knownCell(dependency: string): DependencyCell | undefined {
    return this.#cells.get(dependency);
  }

  /** Whether it stands for all dependencies that are over the bound. */
  isOver(cell: DependencyCell): boolean {
    return cell === this.#overflow;
  }

  spanDropped(reason: string): void {
    this.#spansDropped.set(reason, (this.#spansDropped.get(reason) ?? 0) + 1);
  }

  reportFailed(reason: string): void {
    if (this.#reportsFailed.size >= REASONS_MAX && !this.#reportsFailed.has(reason)) return;
    this.#reportsFailed.set(reason, (this.#reportsFailed.get(reason) ?? 0) + 1);
  }

  signalDropped(reason: string): void {
    if (this.#signalsDropped.size >= REASONS_MAX && !this.#signalsDropped.has(reason)) return;
    this.#signalsDropped.set(reason, (this.#signalsDropped.get(reason) ?? 0) + 1);
  }

  /** True where callers begin to wait for a dependency that nobody has waited for lately. */
  setWaiting(dependency: string, priority: Priority, count: number, nowMs: number): boolean {
    const key = `${priority}${dependency}`;
    const gauge = this.#waiting.get(key);
    const before = gauge?.count ?? 0;
    if (gauge !== undefined) gauge.count = count;
    else if (this.#waiting.size < this.#limits.dependencies)
      this.#waiting.set(key, { dependency, priority, count });
    else {
      this.signalDropped("waiting");
      return false;
    }
    return this.#onset.changed(dependency, count - before, nowMs);
  }

  get hasWaiting(): boolean {
    return this.#onset.hasWaiting;
  }

  setLease(dependency: string, amount: number): void {
    const hasRoom = this.#leases.size < this.#limits.dependencies || this.#leases.has(dependency);
    if (hasRoom) this.#leases.set(dependency, amount);
    else this.signalDropped("lease");
  }

  setRepeat(repeated: RepeatedCall, atMs: number): void {
    if (!this.#repeats.set(repeated, atMs)) this.signalDropped("repeat");
  }

  flush(points: SignalPoint[], windowMs: number, nowMs: number): void {
    this.epoch += 1;
    let dropped = 0;
    for (const [dependency, cell] of this.#cells) {
      cell.flush(points, windowMs);
      dropped += cell.dropped;
      cell.dropped = 0;
      if (cell.idleWindows >= IDLE_WINDOWS) this.#cells.delete(dependency);
    }
    this.#overflow.flush(points, windowMs);
    for (const pairs of [this.edges, this.transitions, this.fanOut, this.workflows]) {
      dropped += pairs.dropped;
      pairs.flush(points);
    }
    this.#flushGauges(points);
    this.#onset.sweep(nowMs);
    this.#repeats.flush(points, nowMs);
    this.#flushCounts(points, dropped + this.#dependenciesDropped);
    this.#dependenciesDropped = 0;
  }

  #flushGauges(points: SignalPoint[]): void {
    for (const [key, { dependency, priority, count }] of this.#waiting) {
      points.push({
        signal: "headway.call.waiting",
        attributes: { dependency, priority },
        value: count,
      });
      // A zero is told once, so that the last number does not stand for ever.
      if (count === 0) this.#waiting.delete(key);
    }
    for (const [dependency, amount] of this.#leases) {
      points.push({ signal: "headway.lease.held", attributes: { dependency }, value: amount });
      if (amount === 0) this.#leases.delete(dependency);
    }
  }

  #flushCounts(points: SignalPoint[], dropped: number): void {
    for (const [reason, value] of this.#spansDropped) {
      points.push({ signal: "headway.span.dropped", attributes: { reason }, value });
    }
    for (const [reason, value] of this.#reportsFailed) {
      points.push({ signal: "headway.report.failed", attributes: { reason }, value });
    }
    if (dropped > 0) this.#signalsDropped.set("cardinality", dropped);
    for (const [reason, value] of this.#signalsDropped) {
      points.push({ signal: "headway.signal.dropped", attributes: { reason }, value });
    }
    this.#signalsDropped.clear();
    this.#spansDropped.clear();
    this.#reportsFailed.clear();
  }
}

const REASONS_MAX = 64;
