import { randomStream } from "../simulation/random.ts";
import { EngineWatch } from "./engine-watch.ts";
import { calledServices, delaySpans } from "./delayed-spans.ts";
import { NezhaData } from "./nezha-data.ts";
import type { NezhaFile, NezhaSpans } from "./nezha-data.ts";
import { secondsOfSpans } from "./nezha-play.ts";
import { isTiming } from "./nezha-spans-bench.ts";
import { scoreFault, summarise } from "./protocol.ts";
import type { FaultScore, FaultTrial, Summary } from "./protocol.ts";
import type { SpanWatch } from "./span-watch.ts";

export interface DelayBenchOptions {
  /** Services that are made slow to reach, one at a time, in each file. */
  readonly services: number;
  readonly exportDelayS?: number;
}

export interface DelayBench {
  readonly rows: readonly DelayRow[];
}

export interface DelayRow {
  readonly system: string;
  readonly day: string;
  readonly delayS: number;
  readonly trials: Summary;
  /** Those whose service is called at least once in ten seconds: without calls there is nothing to see. */
  readonly called: Summary;
}

const DELAYS_S = [0.05, 0.2, 0.5];
/** Long enough to see, short enough to be in every file. */
const FAULT_S = 60;
const CALLS_MIN = 6;

interface DelayTrial {
  readonly delayS: number;
  readonly calls: number;
  readonly score: FaultScore;
}

/**
 * Real spans in which one service is made slow to reach: at the label of a fault that does not show in timing, so that all else is as
 * it was. It says what recorded network faults are too few to say.
 */
export async function benchDelays(
  nezhaFolder: string,
  options: DelayBenchOptions,
): Promise<DelayBench | undefined> {
  const data = NezhaData.open(nezhaFolder);
  if (!data || data.files.length === 0) return undefined;
  return { rows: data.days().flatMap((files) => rowsOf(data, files, options)) };
}

function rowsOf(
  data: NezhaData,
  files: readonly NezhaFile[],
  options: DelayBenchOptions,
): readonly DelayRow[] {
  const watch = new EngineWatch();
  const trials = files.flatMap((file) => trialsOf(data, file, watch, options));
  const [first] = files;
  if (!first || trials.length === 0) return [];
  const random = randomStream(1, "bootstrap");
  const summaryOf = (of: readonly DelayTrial[]) =>
    summarise(
      of.map(({ score }) => score),
      random,
    );
  return DELAYS_S.map((delayS) => {
    const ofDelay = trials.filter((trial) => trial.delayS === delayS);
    return {
      system: first.system,
      day: first.day,
      delayS,
      trials: summaryOf(ofDelay),
      called: summaryOf(ofDelay.filter(({ calls }) => calls >= CALLS_MIN)),
    };
  });
}

function trialsOf(
  data: NezhaData,
  file: NezhaFile,
  watch: SpanWatch,
  { services, exportDelayS = 5 }: DelayBenchOptions,
): readonly DelayTrial[] {
  const spans = data.spans(file);
  const fromS = file.fault ? file.fault.onsetS - file.zeroS : Infinity;
  for (const second of secondsOfSpans(spans, file.covered))
    if (second.endS <= fromS) watch.observe(second);
  if (!file.fault || isTiming(file.fault)) return [];
  const random = randomStream(file.fault.id, "delay-bench");
  const candidates = [...calledServices(spans, fromS, fromS + FAULT_S)];
  const chosen = Array.from({ length: Math.min(services, candidates.length) }, () =>
    candidates.splice(Math.floor(random() * candidates.length), 1),
  ).flat();
  return chosen.flatMap((service) =>
    DELAYS_S.map((delayS) => {
      const delayed = delaySpans(spans, { service, fromS, delayS });
      const trial = trialOf({ spans: delayed, file, fromS, service }, watch.fork());
      const calls = countCalls(spans, service, fromS);
      return { delayS, calls, score: scoreFault(trial, exportDelayS) };
    }),
  );
}

function trialOf(
  story: {
    readonly spans: NezhaSpans;
    readonly file: NezhaFile;
    readonly fromS: number;
    readonly service: number;
  },
  watch: SpanWatch,
): FaultTrial {
  const { spans, file, fromS } = story;
  const alarms = secondsOfSpans(spans, file.covered)
    .filter(({ endS }) => endS > fromS)
    .flatMap((second) => watch.observe(second))
    .map((alarm) => ({ ...alarm, atS: alarm.atS - fromS }));
  const service = spans.services[story.service] ?? "";
  const { day, system } = file;
  return { fault: { id: 0, day, system, onsetS: 0, type: "network_delay", service }, alarms };
}

function countCalls(spans: NezhaSpans, service: number, fromS: number): number {
  let calls = 0;
  for (const [row, above] of spans.parent.entries()) {
    const startS = spans.startS[row] ?? 0;
    const isHit = above >= 0 && spans.service[row] === service && spans.service[above] !== service;
    if (isHit && startS >= fromS && startS < fromS + FAULT_S) calls += 1;
  }
  return calls;
}
