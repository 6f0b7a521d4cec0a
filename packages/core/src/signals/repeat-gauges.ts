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

interface Gauge extends RepeatedCall {
  /** When it was last continued. */
  readonly seenMs: number;
  /** Continued since the last flush. */
  readonly isNew: boolean;
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

  set(repeated: RepeatedCall, atMs: number): void {
    const { agent, dependency, outcome, hasDigest } = repeated;
    const key = `${agent}\n${dependency}\n${outcome}\n${hasDigest}`;
    const known = this.#gauges.get(key);
    if (known === undefined && this.#gauges.size >= this.#limit) return;
    // Two units of work of one agent may both repeat themselves; what an earlier window saw of either is the past.
    const isLonger = known?.isNew === true && known.cycles > repeated.cycles;
    this.#gauges.set(key, { ...(isLonger ? known : repeated), seenMs: atMs, isNew: true });
  }

  flush(points: SignalPoint[], nowMs: number): void {
    for (const [key, gauge] of this.#gauges) {
      if (!gauge.isNew && nowMs - gauge.seenMs > FRESH_PERIODS * gauge.periodMs) {
        this.#gauges.delete(key);
        continue;
      }
      this.#gauges.set(key, { ...gauge, isNew: false });
      points.push(pointOf(gauge));
    }
  }
}

function pointOf({ dependency, agent, outcome, hasDigest, cycles }: RepeatedCall): SignalPoint {
  const attributes = { dependency, agent, outcome, ...(hasDigest && { digest: true as const }) };
  return { signal: "headway.repeat.length", attributes, value: cycles };
}
