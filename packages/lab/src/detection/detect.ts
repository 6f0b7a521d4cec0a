import { existsSync } from "node:fs";
import { join } from "node:path";
import { benchCascade } from "./cascade-bench.ts";
import type { CascadeBench } from "./cascade-bench.ts";
import { benchDelays } from "./delay-bench.ts";
import type { DelayBench } from "./delay-bench.ts";
import { barsOf } from "./detection-bars.ts";
import type { DetectionBar } from "./detection-bars.ts";
import { benchEfficiency } from "./efficiency-bench.ts";
import type { EfficiencyBench } from "./efficiency-bench.ts";
import { benchLoop } from "./loop-bench.ts";
import type { LoopBench } from "./loop-bench.ts";
import { benchMinutes } from "./minute-bench.ts";
import type { MinuteBench } from "./minute-bench.ts";
import { benchNezhaSpans } from "./nezha-spans-bench.ts";
import type { SpansBench } from "./nezha-spans-bench.ts";
import { benchRamp } from "./ramp-bench.ts";
import type { RampBench } from "./ramp-bench.ts";
import { benchRetryStorm } from "./retry-storm-bench.ts";
import type { RetryStormBench } from "./retry-storm-bench.ts";
import { benchSilence } from "./silence-bench.ts";
import type { SilenceBench } from "./silence-bench.ts";
import { benchOpenAge } from "./synthetic-open-age.ts";
import type { OpenAgeBench } from "./synthetic-open-age.ts";

export const DETECTION_PARTS = [
  "spans",
  "delays",
  "minutes",
  "storms",
  "silence",
  "loops",
  "cascades",
  "ramp",
  "openAge",
  "efficiency",
] as const;
export type DetectionPart = (typeof DETECTION_PARTS)[number];

export interface DetectOptions {
  /** Which benches; all of them unless told. */
  readonly parts?: readonly DetectionPart[];
  /** Trials of what is simulated. */
  readonly seeds?: number;
  /** Simulated hours of each fault-free load. */
  readonly hours?: number;
  /** From a span's end to its arrival. */
  readonly exportDelayS?: number;
  /** The points of the curves and the lines to beat, besides what is shipped. */
  readonly withCurves?: boolean;
  readonly onProgress?: (part: DetectionPart) => void;
}

export interface DetectionReport {
  readonly folder: string;
  /** Parts of which the folder holds no data, and what was looked for. */
  readonly absent: readonly AbsentPart[];
  readonly bars: readonly DetectionBar[];
  readonly spans?: SpansBench;
  readonly delays?: DelayBench;
  readonly minutes?: MinuteBench;
  readonly storms?: RetryStormBench;
  readonly silence?: SilenceBench;
  readonly loops?: LoopBench;
  readonly cascades?: CascadeBench;
  readonly ramp?: RampBench;
  readonly openAge?: OpenAgeBench;
  readonly efficiency?: EfficiencyBench;
}

export interface AbsentPart {
  readonly part: DetectionPart;
  readonly files: readonly string[];
}

const LOADS = [
  "servegen/m-mid_top25_clients.csv.gz",
  "servegen/deepseek-r1_top25_clients.csv.gz",
  "azure_llm_2023/AzureLLMInferenceTrace_code.csv.gz",
];
/** What each part reads; one that is not here makes its own data. */
const SPANS = ["nezha/faults.json", "nezha/spans/index.json", "nezha/spans/dictionary.json"];
const NEEDS: Readonly<Partial<Record<DetectionPart, readonly string[]>>> = {
  spans: SPANS,
  delays: SPANS,
  minutes: ["nezha/faults.json"],
  storms: LOADS,
  silence: LOADS,
  loops: ["agent_sequences_taubench/gpt4o_airline.jsonl.gz"],
};

type Results = Omit<DetectionReport, "folder" | "absent" | "bars">;

/** Runs the detection benches on whatever of its data a folder holds, and says what it does not hold. */
export async function detect(dir: string, options: DetectOptions = {}): Promise<DetectionReport> {
  const absent: AbsentPart[] = [];
  let results: Results = {};
  for (const part of options.parts ?? DETECTION_PARTS) {
    const files = (NEEDS[part] ?? []).filter((file) => !existsSync(join(dir, file)));
    if (files.length > 0) {
      absent.push({ part, files });
      continue;
    }
    options.onProgress?.(part);
    results = { ...results, ...(await RUN[part](dir, options)) };
  }
  return { folder: dir, absent, bars: barsOf(results), ...results };
}

const SEEDS = 15;
const HOURS = 24;

const RUN: Readonly<
  Record<DetectionPart, (dir: string, options: DetectOptions) => Promise<Results>>
> = {
  spans: async (dir, { exportDelayS, withCurves = true }) => {
    const spans = await benchNezhaSpans(join(dir, "nezha"), {
      ...(exportDelayS !== undefined && { exportDelayS }),
      ...(!withCurves && { runLengths: [], withBaselines: false }),
    });
    return spans ? { spans } : {};
  },
  delays: async (dir, { seeds = SEEDS, exportDelayS }) => {
    const delays = await benchDelays(join(dir, "nezha"), {
      services: Math.ceil(seeds / 8),
      ...(exportDelayS !== undefined && { exportDelayS }),
    });
    return delays ? { delays } : {};
  },
  minutes: async (dir, { withCurves = true }) => {
    const minutes = await benchMinutes(join(dir, "nezha"), { withCurves });
    return minutes ? { minutes } : {};
  },
  storms: async (dir, { seeds = SEEDS }) => ({ storms: await benchRetryStorm(dir, { seeds }) }),
  silence: async (dir, { hours = HOURS }) => ({
    silence: await benchSilence(dir, { seeds: 1, hours }),
  }),
  loops: async (dir, { seeds = SEEDS }) => ({
    loops: await benchLoop(dir, { seeds: Math.ceil(seeds / 5) }),
  }),
  cascades: async (dir, { seeds = SEEDS }) => ({
    cascades: await benchCascade(dir, { seeds: seeds * 30 }),
  }),
  ramp: async (dir, { seeds = SEEDS }) => ({ ramp: await benchRamp(dir, { seeds }) }),
  openAge: async (dir, { seeds = SEEDS }) => ({ openAge: await benchOpenAge(dir, { seeds }) }),
  efficiency: async (dir, { seeds = SEEDS, hours = HOURS }) => ({
    efficiency: await benchEfficiency(dir, { seeds: seeds * 5, hours: hours * 4 }),
  }),
};
