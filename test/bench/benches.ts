import { benchDecoder } from "../../packages/core/src/signals/otlp/decode-traces.bench.ts";
import { benchRecorder } from "../../packages/core/src/signals/recorder.bench.ts";
import { benchSimulation } from "../../packages/lab/src/simulation/event-queue.bench.ts";
import { benchHook } from "../../packages/sdk/src/hook.bench.ts";
import { benchProcessor } from "../../packages/sdk/src/otel/processor.bench.ts";
import { benchDecide } from "../../packages/service/src/api/decide.bench.ts";
import { benchStream } from "../../packages/service/src/api/stream.bench.ts";
import { benchIngest } from "../../packages/service/src/ingest/ingest.bench.ts";
import { benchReadSpans } from "../../packages/service/src/trace-files/read-spans.bench.ts";

/** One figure, and the line it has to hold, where it has one. */
export interface Row {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly bar?: { readonly atMost: number } | { readonly atLeast: number };
  /** What stands behind a ratio, or beside a figure. */
  readonly note?: string;
}

export interface BenchOptions {
  /** Of sustained ingest; five minutes show whether memory is flat. */
  readonly seconds: number;
}

const round = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));

const both = (ours: number, other: number, unit: string): string =>
  `${round(ours)} against ${round(other)} ${unit}`;

async function processor(): Promise<Row[]> {
  const [batch, ...others] = await benchProcessor();
  return [
    {
      name: batch!.name,
      value: batch!.ours / batch!.other,
      unit: "×",
      bar: { atMost: 1 },
      note: both(batch!.ours, batch!.other, batch!.unit),
    },
    ...others.map(({ name, ours, other, unit }) => ({
      name,
      value: ours / other,
      unit: "×",
      note: both(ours, other, unit),
    })),
  ];
}

function recorder(): Row[] {
  const { nsPerSpan } = benchRecorder({ nowNs: () => process.hrtime.bigint() });
  return [{ name: "derivation, start and end of a span", value: nsPerSpan, unit: "ns" }];
}

async function hook(): Promise<Row[]> {
  const { checkNs, runNs, bareNs, cockatielNs, opossumNs, runPerCockatiel, runPerOpossum } =
    await benchHook();
  return [
    { name: "check", value: checkNs, unit: "ns", bar: { atMost: 100 } },
    {
      name: "run, unrestricted, per cockatiel's bulkhead",
      value: runPerCockatiel,
      unit: "×",
      bar: { atMost: 1.5 },
      note: both(runNs, cockatielNs, "ns"),
    },
    {
      name: "run, unrestricted, per opossum's fire",
      value: runPerOpossum,
      unit: "×",
      bar: { atMost: 0.25 },
      note: both(runNs, opossumNs, "ns"),
    },
    { name: "the awaited function alone", value: bareNs, unit: "ns" },
  ];
}

async function decoder(): Promise<Row[]> {
  const rows = await benchDecoder();
  return rows.map(({ name, ratio, ours, other, unit, bytesPerSpan, bytesPerSpanOther }) => ({
    name,
    value: ratio,
    unit: "×",
    ...(name.includes("protobuf") && { bar: { atLeast: 5 } }),
    note: `${both(ours, other, unit)}; ${both(bytesPerSpan, bytesPerSpanOther, "bytes allocated a span")}`,
  }));
}

async function decide(): Promise<Row[]> {
  const { name, ratio, ratioGet, bar, ours, other, otherGet, unit } = await benchDecide();
  return [
    { name, value: ratio, unit: "×", bar: { atLeast: bar }, note: both(ours, other, unit) },
    {
      name: "… against one that is sent no body",
      value: ratioGet,
      unit: "×",
      note: both(ours, otherGet, unit),
    },
  ];
}

async function stream(): Promise<Row[]> {
  const { name, unit, p50, p99, max, bar } = await benchStream();
  return [
    {
      name: `${name}, p99`,
      value: p99,
      unit,
      bar: { atMost: bar },
      note: `p50 ${round(p50)}, slowest ${round(max)}`,
    },
  ];
}

async function ingest({ seconds }: BenchOptions): Promise<Row[]> {
  const {
    name,
    unit,
    ours,
    bar,
    spansPerWallSecond,
    cores,
    refused,
    dependencies,
    heapFirst,
    heapLast,
    rssLast,
  } = await benchIngest({ seconds });
  return [
    {
      name,
      value: ours,
      unit,
      bar: { atLeast: bar },
      note: `${dependencies} dependencies; ${round(spansPerWallSecond)} by the wall clock with ${round(cores)} of a core; ${refused} refused`,
    },
    {
      name: `live heap after ${seconds} s of it, over the first sample`,
      value: heapLast / heapFirst,
      unit: "×",
      bar: { atMost: 1.1 },
      note: `${both(heapLast, heapFirst, "MiB")}, resident ${round(rssLast)} MiB`,
    },
  ];
}

async function traceFiles(): Promise<Row[]> {
  const rows = await benchReadSpans();
  return rows.map(({ name, ours, other, spans }) => ({
    name,
    value: ours,
    unit: "MiB/s",
    bar: { atLeast: 100 },
    note: `${spans} spans; readline and JSON.parse ${round(other)} MiB/s`,
  }));
}

function simulation(): Row[] {
  const cpuNs = (): number => 1_000 * process.cpuUsage().user;
  const { eventsPerSecond } = benchSimulation({ cpuNs });
  return [
    {
      name: "simulation: a provider, its queue and its callers' time-outs",
      value: eventsPerSecond,
      unit: "events/s",
      bar: { atLeast: 1_000_000 },
    },
  ];
}

export const BENCHES: Readonly<Record<string, (options: BenchOptions) => Promise<Row[]> | Row[]>> =
  {
    recorder,
    processor,
    hook,
    decoder,
    decide,
    stream,
    ingest,
    traceFiles,
    simulation,
  };
