import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { formatAddress } from "../config/address.ts";
import { createService } from "../service.ts";
import type { Service } from "../service.ts";
import type { TraceLoadRequest, TraceLoadResult } from "./fixtures/trace-load.ts";

const DEPENDENCIES = 1_000;
const CONNECTIONS = 4;
const WARM_SECONDS = 5;
const SAMPLE_MS = 1_000;
const LOOPBACK = { host: "127.0.0.1", port: 0 };

export interface IngestBench {
  readonly name: string;
  readonly unit: string;
  /** By the processor time of the whole process, the collector's threads included: what one core takes in a second. */
  readonly ours: number;
  readonly bar: number;
  /** By the wall clock: less than `ours` where other processes want the core as well. */
  readonly spansPerWallSecond: number;
  /** Processor time over wall time: how much of a core it had; above 1 is more than one. */
  readonly cores: number;
  readonly refused: number;
  readonly seconds: number;
  readonly dependencies: number;
  /** Mebibytes of live heap, a sample a second after a full collection; needs --expose-gc. */
  readonly heapFirst: number;
  readonly heapLast: number;
  readonly rssLast: number;
}

/**
 * Spans a second through the real route over loopback: OTLP/HTTP protobuf in batches of 512 with content, from another
 * process, into the real engine with a thousand dependencies, ticking once a second.
 */
export async function benchIngest({
  seconds = 10,
}: { readonly seconds?: number } = {}): Promise<IngestBench> {
  const service = await createService({
    http: LOOPBACK,
    grpc: null,
    dataDir: null,
    // Full before the first sample: what grows after that is a leak, and not the history filling.
    limits: { historyWindowsMax: (DEPENDENCIES * WARM_SECONDS) / 2 },
  });
  const load = fork(new URL("fixtures/trace-load.ts", import.meta.url));
  try {
    const { http } = await service.listen();
    load.send({
      url: `http://${formatAddress(http)}`,
      dependencies: DEPENDENCIES,
      connections: CONNECTIONS,
    } satisfies TraceLoadRequest);
    await sleep(WARM_SECONDS * 1_000);
    await count(load);
    return await measure(service, load, seconds);
  } finally {
    load.kill();
    await service.close();
  }
}

async function measure(
  service: Service,
  load: ChildProcess,
  seconds: number,
): Promise<IngestBench> {
  const rates: number[] = [];
  const heaps: number[] = [];
  const total = { spans: 0, refused: 0, cpuMs: 0, wallMs: 0 };
  for (let second = 0; second < seconds; second += 1) {
    const taken = await measureSecond(load);
    rates.push((taken.spans * 1_000) / taken.cpuMs);
    total.spans += taken.spans;
    total.refused += taken.refused;
    total.cpuMs += taken.cpuMs;
    total.wallMs += taken.wallMs;
    heaps.push(liveHeap());
    // What came in while the collector ran belongs to no second.
    await count(load);
  }
  const third = Math.max(1, Math.floor(heaps.length / 3));
  return {
    name: "OTLP/HTTP traces into the engine",
    unit: "spans/s",
    ours: median(rates),
    bar: 50_000,
    spansPerWallSecond: (total.spans * 1_000) / total.wallMs,
    cores: total.cpuMs / total.wallMs,
    refused: total.refused,
    seconds,
    dependencies: await dependenciesOf(service),
    heapFirst: median(heaps.slice(0, third)),
    heapLast: median(heaps.slice(-third)),
    rssLast: mebibytes(process.memoryUsage.rss()),
  };
}

async function measureSecond(
  load: ChildProcess,
): Promise<TraceLoadResult & { cpuMs: number; wallMs: number }> {
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  await sleep(SAMPLE_MS);
  const taken = await count(load);
  const { user, system } = process.cpuUsage(cpu);
  return { ...taken, cpuMs: (user + system) / 1_000, wallMs: performance.now() - startedAt };
}

/** As the engine knows them, so that the load is known to be what it says. */
async function dependenciesOf({ app }: Service): Promise<number> {
  const { body } = await app.inject("/metrics");
  return Number(/^headway_dependencies (\d+)$/m.exec(body)?.[1] ?? "0");
}

async function count(load: ChildProcess): Promise<TraceLoadResult> {
  load.send("count");
  const [result]: TraceLoadResult[] = await once(load, "message");
  if (result === undefined) throw new Error("The load has ended.");
  return result;
}

/** Of the whole, typed arrays included, without what is only waiting to be collected. */
function liveHeap(): number {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return mebibytes(heapUsed + arrayBuffers);
}

function mebibytes(bytes: number): number {
  return bytes / 1024 / 1024;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
