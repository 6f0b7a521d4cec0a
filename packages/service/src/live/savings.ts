import type { Decision } from "@headway/core";
import type { SignalPoint } from "@headway/core/signals";
import { isoOf } from "../api/wire.ts";
import type { LiveSavings } from "./live-view.ts";

const HELD: ReadonlySet<string> = new Set(["shape", "defer", "hold", "shed"]);
const ADVISED = "advise_";

/**
 * What was held back, as the hooks report it. All but one number is counted.
 *
 *     retries held back  ≈  Σ calls held × (amplification − 1)
 *
 * with the dependency's attempts per call over the ten seconds before the first decision that is in force came. It takes the calls that
 * were held to be like those that failed just before: nobody can know. Where no decision is in force (a lease alone makes a call wait)
 * nothing is estimated. Early decisions come before retries do, and their estimate is small: it errs downwards.
 */
export class Savings {
  readonly #sinceMs: number;
  readonly #counts = {
    callsHeld: 0,
    callsTurnedAway: 0,
    callsAdvised: 0,
    secondsWaited: 0,
    retriesHeldBackEstimate: 0,
  };
  /** By dependency, attempts per call when it was first acted on; gone when nothing is in force any more. */
  readonly #amplification = new Map<string, number>();
  readonly #inForce = new Map<string, Set<string>>();

  constructor(nowMs: number) {
    this.#sinceMs = nowMs;
  }

  record({ signal, attributes, value }: SignalPoint): void {
    if (signal === "headway.decision.applied") {
      if (typeof value === "number") this.#applied(attributes.dependency, attributes.action, value);
    } else if (typeof value === "number") return;
    else if (signal === "headway.decision.wait") this.#add("secondsWaited", value.sum);
    else if (signal === "headway.call.duration" && attributes.outcome === "refused")
      this.#add("callsTurnedAway", value.count);
  }

  /** Told after each tick. `amplificationOf` is asked once for each dependency that begins to be acted on. */
  decided(
    changed: readonly Decision[],
    ended: readonly Decision[],
    amplificationOf: (dependency: string) => number,
  ): void {
    for (const { id, mode, action, scope } of changed) {
      if (mode !== "enforce" || !HELD.has(action)) continue;
      const ids = this.#inForce.get(scope.dependency) ?? new Set();
      this.#inForce.set(scope.dependency, ids.add(id));
      if (!this.#amplification.has(scope.dependency))
        this.#amplification.set(scope.dependency, amplificationOf(scope.dependency));
    }
    for (const { id, scope } of ended) {
      const ids = this.#inForce.get(scope.dependency);
      ids?.delete(id);
      if (ids?.size !== 0) continue;
      this.#inForce.delete(scope.dependency);
      this.#amplification.delete(scope.dependency);
    }
  }

  view(): LiveSavings {
    const { secondsWaited, retriesHeldBackEstimate, ...counts } = this.#counts;
    return {
      since: isoOf(this.#sinceMs),
      ...counts,
      secondsWaited: Math.round(secondsWaited),
      retriesHeldBackEstimate: Math.round(retriesHeldBackEstimate),
    };
  }

  #applied(dependency = "", action = "", calls: number): void {
    if (action.startsWith(ADVISED)) {
      if (HELD.has(action.slice(ADVISED.length))) this.#add("callsAdvised", calls);
      return;
    }
    if (!HELD.has(action)) return;
    this.#add("callsHeld", calls);
    const amplification = this.#amplification.get(dependency) ?? 1;
    this.#add("retriesHeldBackEstimate", calls * Math.max(0, amplification - 1));
  }

  /** What one process reports must not make a sum of all of them senseless. */
  #add(name: Exclude<keyof LiveSavings, "since">, amount: number): void {
    if (amount > 0 && Number.isFinite(amount)) this.#counts[name] += amount;
  }
}
