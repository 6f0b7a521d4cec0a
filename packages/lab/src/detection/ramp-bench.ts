import type { DependencyWindow, DetectionKind } from "@headway/core";
import { advance, createDetectors, DETECTION_RULES, INACTIVE } from "@headway/core/detect";
import { mergeHistograms, quantileOf } from "@headway/core/signals";
import { fullJitter } from "../policies/full-jitter.ts";
import { runScenario } from "../run/run-scenario.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { readScenario } from "../scenario/read-scenario.ts";
import { scenarioPath } from "../scenario/shipped-scenarios.ts";
import { RampObserver } from "./ramp-observer.ts";
import { quantile } from "./synthetic-ranking.ts";

export interface RampBenchOptions {
  readonly seeds: number;
}

export interface RampBench {
  /** What counts as the breach: the 95 % quantile of ten seconds' answers, in seconds, or a time-out. */
  readonly objectiveS: number;
  readonly rows: readonly RampRow[];
}

export interface RampRow {
  readonly perMinute: number;
  readonly runs: number;
  readonly breached: number;
  /** Seconds from the ramp's beginning to the breach. */
  readonly breachS: number;
  /** Seconds from the first detection to the breach: median and the least good twentieth. Negative: too late. */
  readonly leadS: number;
  readonly leadWorstS: number;
  /** Share of the runs that are warned at least 20 s ahead. */
  readonly warnedShare: number;
  /** Which was first, and how often. */
  readonly firstBy: Readonly<Partial<Record<DetectionKind, number>>>;
  /** Detections before the ramp has begun. */
  readonly falseAlarms: number;
}

/** Half of what callers wait: they are not failing yet, and nobody would call it well. */
const OBJECTIVE_S = 2;
const RECENT_WINDOWS = 10;
const QUANTILE = 0.95;
const LEAD_MIN_S = 20;
const PACES = [0.02, 0.05, 0.1] as const;
const DEPENDENCY = "model:llm";

interface RampRun {
  readonly breachS: number | undefined;
  readonly detection: { readonly kind: DetectionKind; readonly atS: number } | undefined;
  readonly falseAlarms: number;
}

/** A leak: services take ever longer until the load no longer fits. Nobody intervenes; how long before the breach was it said? */
export async function benchRamp(
  dataFolder: string,
  { seeds }: RampBenchOptions,
): Promise<RampBench> {
  const rows = PACES.map((perMinute) => {
    const scenario = rampOf(perMinute);
    const runs = Array.from({ length: seeds }, (_, seed) => runRamp(scenario, seed, dataFolder));
    return rowOf(perMinute, runs);
  });
  return { objectiveS: OBJECTIVE_S, rows };
}

/** The shipped scenario at another pace; it ends when service times have grown by half. */
function rampOf(perMinute: number): Scenario {
  const scenario = readScenario(scenarioPath("slow-ramp"));
  const faults = scenario.faults.map((fault) =>
    fault.kind === "ramp" ? { ...fault, perMinute, toS: fault.fromS + 30 / perMinute } : fault,
  );
  const durationS = Math.max(...faults.map(({ toS }) => toS));
  return { ...scenario, faults, durationS };
}

function runRamp(scenario: Scenario, seed: number, dataFolder: string): RampRun {
  const fromS = scenario.faults[0]!.fromS;
  const watch = new RampWatch(fromS);
  runScenario(scenario, fullJitter, seed, {
    dataFolder,
    observe: (events) => new RampObserver(DEPENDENCY, events, (window) => watch.observe(window)),
  });
  return watch;
}

class RampWatch implements RampRun {
  readonly #fromS: number;
  readonly #detectors = createDetectors();
  readonly #lives = this.#detectors.map(() => INACTIVE);
  #recent: DependencyWindow[] = [];
  breachS: number | undefined;
  detection: RampRun["detection"];
  falseAlarms = 0;

  constructor(fromS: number) {
    this.#fromS = fromS;
  }

  observe(window: DependencyWindow): void {
    const atS = window.endMs / 1_000 - this.#fromS;
    this.#recent = [...this.#recent, window].slice(-RECENT_WINDOWS);
    if (atS > 0 && this.breachS === undefined && this.#isBreach()) this.breachS = atS;
    for (const [index, detector] of this.#detectors.entries()) {
      const { kind } = detector;
      const before = this.#lives[index]!;
      const { state } = detector.observe(window);
      const life = advance(before, state, window.endMs, DETECTION_RULES[kind]);
      this.#lives[index] = life;
      if (life.phase !== "firing" || before.phase === "firing") continue;
      if (atS <= 0) this.falseAlarms += 1;
      else this.detection ??= { kind, atS };
    }
  }

  #isBreach(): boolean {
    if (this.#recent.some(({ outcomes }) => outcomes.timeout > 0)) return true;
    const answers = mergeHistograms(this.#recent.flatMap(({ latency }) => latency ?? []));
    return answers !== undefined && quantileOf(answers, QUANTILE) > OBJECTIVE_S;
  }
}

function rowOf(perMinute: number, runs: readonly RampRun[]): RampRow {
  const breaches = runs.flatMap(({ breachS }) => breachS ?? []);
  const leads = runs.flatMap(({ breachS, detection }) =>
    breachS === undefined ? [] : breachS - (detection?.atS ?? Infinity),
  );
  const firstBy: Partial<Record<DetectionKind, number>> = {};
  for (const { detection } of runs)
    if (detection) firstBy[detection.kind] = (firstBy[detection.kind] ?? 0) + 1;
  return {
    perMinute,
    runs: runs.length,
    breached: breaches.length,
    breachS: quantile(breaches, 0.5),
    leadS: quantile(leads, 0.5),
    leadWorstS: quantile(leads, 0.05),
    warnedShare: leads.filter((lead) => lead >= LEAD_MIN_S).length / leads.length,
    firstBy,
    falseAlarms: runs.reduce((sum, run) => sum + run.falseAlarms, 0),
  };
}
