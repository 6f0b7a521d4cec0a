import type { Outcome } from "./outcome.ts";
import type { Repetition } from "./repeat.ts";
import type { SignalPoint } from "./report.ts";

/** A call that continues a repetition. */
export interface RepeatedCall extends Repetition {
  readonly dependency: string;
  readonly agent: string;
  readonly outcome: Outcome;
  /** Its arguments were compared too, and were the same. */
  readonly hasDigest: boolean;
}

interface Gauge {
  readonly call: Omit<RepeatedCall, keyof Repetition>;
  cycles: number;
  periodMs: number;
  /** When it was last continued. */
  seenMs: number;
  /** Continued since the last flush. */
  isNew: boolean;
}

/** Without a further cycle for this many periods it is over. */
const FRESH_PERIODS = 2;

/** The repetitions that go on now: each is told in every window until it is over, however few of its calls fall into one. */
export class RepeatGauges {
  readonly #limit: number;
  readonly #gauges = new Map<string, Gauge>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** False: there is no room for one more. */
  set(repeated: RepeatedCall, atMs: number): boolean {
    const { agent, dependency, outcome, hasDigest, cycles, periodMs } = repeated;
    const key = `${agent}\n${dependency}\n${outcome}\n${hasDigest}`;
    const known = this.#gauges.get(key);
    if (known === undefined) {
      if (this.#gauges.size >= this.#limit) return false;
      const call = { agent, dependency, outcome, hasDigest };
      this.#gauges.set(key, { call, cycles, periodMs, seenMs: atMs, isNew: true });
      return true;
    }
    // Two units of work of one agent may both repeat themselves; what an earlier window saw of either is the past.
    if (!known.isNew || cycles > known.cycles) {
      known.cycles = cycles;
      known.periodMs = periodMs;
    }
    known.seenMs = atMs;
    known.isNew = true;
    return true;
  }

  flush(points: SignalPoint[], nowMs: number): void {
    for (const [key, gauge] of this.#gauges) {
      if (!gauge.isNew && nowMs - gauge.seenMs > FRESH_PERIODS * gauge.periodMs) {
        this.#gauges.delete(key);
        continue;
      }
      gauge.isNew = false;
      points.push(pointOf(gauge));
    }
  }
}

function pointOf({ call, cycles }: Gauge): SignalPoint {
  const { dependency, agent, outcome, hasDigest } = call;
  const attributes = { dependency, agent, outcome, ...(hasDigest && { digest: true as const }) };
  return { signal: "headway.repeat.length", attributes, value: cycles };
}
