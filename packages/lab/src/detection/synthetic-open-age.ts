import type { DependencyWindow, DetectionKind, Random } from "@headway/core";
import { createDetectors } from "@headway/core/detect";
import type { Outcome } from "@headway/core/signals";
import { PoissonArrivals } from "../agents/poisson.ts";
import { lognormal, randomStream } from "../simulation/random.ts";
import { windowsOf, type SyntheticFleet } from "./synthetic-fleet.ts";
import { quantile } from "./synthetic-ranking.ts";

export interface OpenAgeBenchOptions {
  readonly seeds: number;
}

export interface OpenAgeBench {
  readonly rows: readonly OpenAgeRow[];
}

export interface OpenAgeRow {
  readonly fault: string;
  readonly perSecond: number;
  readonly faults: number;
  readonly withAges: OpenAgeDelays;
  /** From ended spans alone, as an exporter of spans sees the fleet. */
  readonly withoutAges: OpenAgeDelays;
}

export interface OpenAgeDelays {
  readonly found: number;
  /** Seconds from the fault to the first detection, over those found. */
  readonly medianS: number;
  readonly worstS: number;
  readonly firstBy: Readonly<Partial<Record<DetectionKind, number>>>;
  readonly falseAlarms: number;
}

interface Fault {
  readonly name: string;
  readonly factor: number;
  /** Calls that are never answered. */
  readonly shareHanging: number;
}

const FAULTS: readonly Fault[] = [
  { name: "twice as slow", factor: 2, shareHanging: 0 },
  { name: "four times as slow", factor: 4, shareHanging: 0 },
  { name: "a third hangs", factor: 1, shareHanging: 1 / 3 },
  { name: "all hang", factor: 1, shareHanging: 1 },
];
const RATES = [1, 5] as const;

/** A model's answers: 8 s in the median, 65 s for one in a hundred. */
const MEAN_MS = 12_000;
const SIGMA = 0.9;
const TIMEOUT_MS = 120_000;
const SHARE_FAILED = 0.005;
const AGENTS = 40;
const WARM_UP_S = 1_800;
const FAULT_S = 300;

/** A call that will take a minute is unseen for that minute where only ended spans are told. What the age of open calls is worth. */
export async function benchOpenAge(
  _dataFolder: string,
  { seeds }: OpenAgeBenchOptions,
): Promise<OpenAgeBench> {
  const rows = FAULTS.flatMap((fault) =>
    RATES.map((perSecond): OpenAgeRow => {
      const delays = (hasAges: boolean) =>
        delaysOf(
          Array.from({ length: seeds }, (_, seed) => watch(fault, perSecond, seed, hasAges)),
        );
      const { name } = fault;
      const [withAges, withoutAges] = [delays(true), delays(false)];
      return { fault: name, perSecond, faults: seeds, withAges, withoutAges };
    }),
  );
  return { rows };
}

interface Watched {
  readonly first: { readonly kind: DetectionKind; readonly afterS: number } | undefined;
  readonly falseAlarms: number;
}

function watch(fault: Fault, perSecond: number, seed: number, hasAges: boolean): Watched {
  const detectors = createDetectors();
  let falseAlarms = 0;
  for (const whole of windowsOf(longCalls(fault, perSecond, seed), WARM_UP_S + FAULT_S)) {
    const window = hasAges ? whole : endedOnly(whole);
    const afterS = window.endMs / 1_000 - WARM_UP_S;
    for (const detector of detectors) {
      if (detector.observe(window).state !== "abnormal") continue;
      if (afterS > 0) return { first: { kind: detector.kind, afterS }, falseAlarms };
      falseAlarms += 1;
    }
  }
  return { first: undefined, falseAlarms };
}

function endedOnly(window: DependencyWindow): DependencyWindow {
  return { ...window, inFlight: 0, ages: undefined };
}

function longCalls(
  { factor, shareHanging }: Fault,
  perSecond: number,
  seed: number,
): SyntheticFleet {
  const random = (purpose: string): Random => randomStream(seed, `open-age/${purpose}`);
  const durations = random("durations");
  const fates = random("fates");
  return {
    dependency: "model:openai/gpt-5",
    arrivals: new PoissonArrivals(perSecond, [{ fromMs: 0, value: 1 }], random("arrivals")),
    agents: AGENTS,
    random: random("agents"),
    attempt: (atMs) => {
      const isOn = atMs >= WARM_UP_S * 1_000;
      const wantedMs = lognormal(durations, MEAN_MS, SIGMA) * (isOn ? factor : 1);
      const fate = fates();
      if (isOn && fate < shareHanging) return timeout();
      if (wantedMs > TIMEOUT_MS) return timeout();
      return { durationMs: wantedMs, outcome: fate > 1 - SHARE_FAILED ? "error" : "ok" };
    },
    retries: () => [],
  };
}

function timeout(): { readonly durationMs: number; readonly outcome: Outcome } {
  return { durationMs: TIMEOUT_MS, outcome: "timeout" };
}

function delaysOf(watched: readonly Watched[]): OpenAgeDelays {
  const found = watched.flatMap(({ first }) => first ?? []);
  const delays = found.map(({ afterS }) => afterS);
  const firstBy: Partial<Record<DetectionKind, number>> = {};
  for (const { kind } of found) firstBy[kind] = (firstBy[kind] ?? 0) + 1;
  return {
    found: found.length,
    medianS: quantile(delays, 0.5),
    worstS: quantile(delays, 0.95),
    firstBy,
    falseAlarms: watched.reduce((sum, { falseAlarms }) => sum + falseAlarms, 0),
  };
}
