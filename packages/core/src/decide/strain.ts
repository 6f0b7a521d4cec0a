import { BoundWindow } from "./bound-window.ts";
import { CONTROL_PARAMETERS } from "./control-parameters.ts";
import type { ControlParameters } from "./control-parameters.ts";
import type { TickSample } from "./dependency-signals.ts";
import { Slowness } from "./slowness.ts";
import type { SlownessSign, UsualPace } from "./slowness.ts";

/** Between two waves of slow answers there are seconds of good ones. */
const CALM_AFTER_MS = 3_000;
const KEEP_S_MIN = 2;
const KEEP_S_MAX = 30;

/**
 * Whether a dependency is under strain. The first sign suffices, since what is sent in the second until it is certain fills a queue for
 * many. If it was only overdue answers, and most of those that become known from then on are as fast as ever, the strain is taken back,
 * and such signs alone make no other for as long as that holds.
 */
export class Strain {
  readonly window = new BoundWindow();
  readonly #slowness: Slowness;
  #strainedMs = Number.NEGATIVE_INFINITY;
  #signMs = Number.NEGATIVE_INFINITY;
  /** Overdue or not, most come back as fast as ever: those that do not come hang somewhere, and hold none of its servers. */
  areFast = false;

  constructor(parameters: ControlParameters = CONTROL_PARAMETERS) {
    this.#slowness = new Slowness(parameters);
  }

  /** Whether it is, in the tick that ends with `sample`; `usual` where it is known. */
  observe(sample: TickSample, usual: UsualPace | undefined): boolean {
    this.#push(sample, usual?.latencyS);
    if (usual) this.#judge(sample, usual);
    return sample.nowMs - this.#strainedMs < CALM_AFTER_MS;
  }

  oldShare({ gauges: { ages } }: TickSample, usualS: number): number {
    return ages && ages.count > 0 ? this.#slowness.oldOf(ages, usualS) / ages.count : 0;
  }

  #push({ nowMs, elapsedMs, flow, gauges }: TickSample, usualS: number | undefined): void {
    const { ok, timeout, error } = flow.outcomes;
    const slow = this.#slowness.slowOf(flow, usualS);
    const old = this.#slowness.oldOf(gauges.ages, usualS);
    const becameOld = old - (this.window.last?.old ?? 0);
    this.window.push(
      {
        endMs: nowMs,
        seconds: elapsedMs / 1_000,
        good: ok,
        took: flow.latency,
        slow,
        timeouts: timeout,
        errors: error,
        inFlight: gauges.inFlight,
        old,
        // One that was old and has ended is no longer old, and was told of before.
        late: Math.max(0, becameOld + slow + timeout),
      },
      1_000 * Math.min(Math.max(KEEP_S_MIN, 2 * (usualS ?? 0)), KEEP_S_MAX),
    );
  }

  #judge(sample: TickSample, usual: UsualPace): void {
    const { nowMs } = sample;
    const sign = this.#slowness.signOf(sample, this.window, usual);
    if (sign !== undefined) this.#signMs = nowMs;
    this.areFast = sign !== "slow" && this.#comeBackFast(sign, nowMs, usual);
    if (sign === undefined || this.areFast) return;
    // What was answered before the slow-down says nothing of the rate during it.
    if (!this.#isStrained(nowMs)) this.window.restart();
    this.#strainedMs = nowMs;
  }

  #comeBackFast(sign: SlownessSign | undefined, nowMs: number, usual: UsualPace): boolean {
    if (this.areFast)
      return (
        nowMs - this.#signMs < CALM_AFTER_MS && this.#slowness.areFast(this.window, usual, true)
      );
    if (sign === undefined || !this.#isStrained(nowMs)) return false;
    const areFast = this.#slowness.areFast(this.window, usual, false);
    if (areFast) this.#strainedMs = Number.NEGATIVE_INFINITY;
    return areFast;
  }

  #isStrained(nowMs: number): boolean {
    return nowMs - this.#strainedMs < CALM_AFTER_MS;
  }
}
