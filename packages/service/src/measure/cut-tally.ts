import type { Attempt, Outcome, Outlived } from "@headway/core/signals";
import { CostTally, rounded } from "./cost-tally.ts";
import type { Measurement } from "./measurement.ts";
import type { Prices } from "./prices.ts";

export type CutRow = Measurement["cuts"][number];

/** Starts are cut to the millisecond: less than this is no difference. */
const RESOLUTION_MS = 2;
const DEPENDENCIES_MAX = 1_000;

interface Cut {
  attempts: number;
  clientMs: number;
  serverMs: number;
  afterMs: number;
  attemptsBelow: number;
  timeouts: number;
  sure: number;
}

/**
 * Work that went on for nobody: the caller's span ended badly, the server's took longer. Told from durations alone, so that no
 * clock has a say in it; what the server did before the caller's span began would count too, but a server starts after its caller.
 */
export class CutTally {
  readonly #cuts = new Map<string, Cut>();

  attempt({ dependency, outcome, durationMs, place }: Attempt): void {
    if (place?.isForNobody === true) this.#cut(place.from).attemptsBelow += 1;
    if (place?.servedMs !== undefined)
      this.#served(dependency, outcome, durationMs, place.servedMs);
    else if (outcome === "timeout") this.#cut(dependency).timeouts += 1;
  }

  outlived({ dependency, outcome, clientMs, servedMs }: Outlived): void {
    const isCut = this.#served(dependency, outcome, clientMs, servedMs);
    // Told of as a time-out without a server before its server's span ended.
    if (isCut && outcome === "timeout") this.#cut(dependency).timeouts -= 1;
  }

  attemptsOf(dependency: string): number {
    return this.#cuts.get(dependency)?.attempts ?? 0;
  }

  get serverMs(): number {
    return [...this.#cuts.values()].reduce((sum, { afterMs }) => sum + afterMs, 0);
  }

  rows(prices: Prices): readonly CutRow[] {
    return [...this.#cuts]
      .filter(([, cut]) => cut.attempts + cut.attemptsBelow + cut.timeouts > 0)
      .map(([dependency, cut]) => {
        const cost = new CostTally();
        cost.serverMs = cut.afterMs;
        cost.attempts = cut.attempts;
        const { perSecond } = prices.priceOf(dependency) ?? {};
        cost.addMoney(perSecond === undefined ? undefined : (perSecond * cut.afterMs) / 1_000);
        return {
          dependency,
          attempts: cut.attempts,
          clientMeanMs: rounded(cut.clientMs / Math.max(1, cut.attempts)),
          serverMeanMs: rounded(cut.serverMs / Math.max(1, cut.attempts)),
          serverSeconds: rounded(cut.afterMs / 1_000),
          attemptsBelow: cut.attemptsBelow,
          timeouts: Math.max(0, cut.timeouts),
          cost: cost.row(prices),
          certainty: cut.attempts === cut.sure ? ("confirmed" as const) : ("likely" as const),
        };
      })
      .toSorted(
        (a, b) =>
          b.serverSeconds - a.serverSeconds ||
          b.timeouts - a.timeouts ||
          (a.dependency < b.dependency ? -1 : 1),
      );
  }

  #served(dependency: string, outcome: Outcome, clientMs: number, servedMs: number): boolean {
    const isLeft = outcome === "timeout" || outcome === "cancelled" || outcome === "error";
    if (!isLeft) return false;
    if (servedMs - clientMs < RESOLUTION_MS) return outcome === "timeout";
    const cut = this.#cut(dependency);
    cut.attempts += 1;
    cut.clientMs += clientMs;
    cut.serverMs += servedMs;
    cut.afterMs += servedMs - clientMs;
    if (outcome !== "error") cut.sure += 1;
    return true;
  }

  #cut(dependency: string): Cut {
    const name =
      this.#cuts.has(dependency) || this.#cuts.size < DEPENDENCIES_MAX ? dependency : "others";
    let cut = this.#cuts.get(name);
    if (cut === undefined) {
      cut = {
        attempts: 0,
        clientMs: 0,
        serverMs: 0,
        afterMs: 0,
        attemptsBelow: 0,
        timeouts: 0,
        sure: 0,
      };
      this.#cuts.set(name, cut);
    }
    return cut;
  }
}
