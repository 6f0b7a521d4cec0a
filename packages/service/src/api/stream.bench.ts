import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { createEngineApi } from "./fixtures/engine-api.ts";
import type { EngineApi } from "./fixtures/engine-api.ts";
import { median, quantile } from "./fixtures/median.ts";
import type { StreamClientsReport } from "./fixtures/stream-clients.ts";

const STREAMS = 1_000;
const ROUNDS = 20;
const ROUNDS_WARM = 6;

/** Decisions in force at a time, each with a lease for every instance: dependencies in trouble at once. */
const STANDING = 5;

export interface StreamBench {
  readonly name: string;
  readonly unit: string;
  /** From the start of the tick to the last byte of the new decision in the client; medians over the rounds. */
  readonly p50: number;
  readonly p99: number;
  /** The slowest stream of the worst round. */
  readonly max: number;
  /** p99 must be no more. */
  readonly bar: number;
}

/** How long a thousand instances, held by another process, wait for a new decision after the tick that made it. */
export async function benchStream(): Promise<StreamBench> {
  const api = await createEngineApi();
  const client = fork(new URL("fixtures/stream-clients.ts", import.meta.url));
  try {
    client.send({ port: api.port, streams: STREAMS });
    await once(client, "message");
    for (let round = 0; round < ROUNDS_WARM; round += 1) await decideOnce(api, client, round);
    const rounds: number[][] = [];
    for (let round = 0; round < ROUNDS; round += 1)
      rounds.push(await decideOnce(api, client, ROUNDS_WARM + round));
    return {
      name: `a new decision at ${STREAMS} streams`,
      unit: "ms after the tick began",
      p50: median(rounds.map((delays) => quantile(delays, 0.5))),
      p99: median(rounds.map((delays) => quantile(delays, 0.99))),
      max: Math.max(...rounds.flat()),
      bar: 100,
    };
  } finally {
    client.kill();
    await api.close();
  }
}

async function decideOnce(
  { coordinator }: EngineApi,
  client: ChildProcess,
  round: number,
): Promise<number[]> {
  const nowMs = coordinator.now();
  coordinator.tenant("default").engine.override(
    {
      dependency: `tool:bench-${round}`,
      action: "hold",
      priority: { from: 1, to: 5 },
      untilMs: nowMs + 3_600_000,
      why: "bench",
      by: "bench",
    },
    nowMs,
  );
  coordinator
    .tenant("default")
    .engine.clearOverride(`tool:bench-${round - STANDING}`, "bench", nowMs);
  const arrived = once(client, "message");
  const startNs = process.hrtime.bigint();
  coordinator.tick();
  const [report]: StreamClientsReport[] = await arrived;
  return (report?.arrivedNs ?? []).map((ns) => Number(BigInt(ns) - startNs) / 1e6);
}
