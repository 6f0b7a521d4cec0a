import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import fastify from "fastify";
import type { FastifyInstance } from "fastify";
import type { Override } from "@headway/core";
import { createEngineApi } from "./fixtures/engine-api.ts";
import type { EngineApi } from "./fixtures/engine-api.ts";
import type { LoadRequest, LoadResult } from "./fixtures/load-client.ts";
import { median } from "./fixtures/median.ts";

const ROUNDS = 7;
const ROUND_MS = 1_000;
const WARM_MS = 1_500;
const CONNECTIONS = 32;
const DEPENDENCIES = 1_000;

export interface DecideBench {
  readonly name: string;
  readonly unit: string;
  /** POST /v1/decide. */
  readonly ours: number;
  /** An empty Fastify route that is sent the same body. */
  readonly other: number;
  /** An empty Fastify route that is sent no body. */
  readonly otherGet: number;
  readonly ratio: number;
  readonly ratioGet: number;
  /** The ratio must be no less. */
  readonly bar: number;
}

const BODY = JSON.stringify({
  dependency: "tool:bench-7",
  priority: 3,
  agent: "bench-agent",
  attempt: 1,
});

/**
 * Requests a second of `POST /v1/decide`, with the real engine, a thousand dependencies and a decision on each, against
 * an empty Fastify route: alternating, one server process, the load from another.
 */
export async function benchDecide(): Promise<DecideBench> {
  const api = await createEngineApi();
  decideAll(api);
  const bare = await listenBare();
  const client = fork(new URL("fixtures/load-client.ts", import.meta.url));
  const targets = {
    ours: { port: api.port, request: post("/v1/decide") },
    other: { port: bare.port, request: post("/") },
    otherGet: { port: bare.port, request: "GET / HTTP/1.1\r\nhost: headway\r\n\r\n" },
  };
  try {
    const rates = await alternate(client, targets);
    return {
      name: "POST /v1/decide against an empty Fastify route",
      unit: "requests/s",
      ...rates,
      ratio: rates.ours / rates.other,
      ratioGet: rates.ours / rates.otherGet,
      bar: 0.7,
    };
  } finally {
    client.kill();
    await bare.app.close();
    await api.close();
  }
}

type TargetName = "ours" | "other" | "otherGet";
type Target = Pick<LoadRequest, "port" | "request">;

async function alternate(
  client: ChildProcess,
  targets: Record<TargetName, Target>,
): Promise<Record<TargetName, number>> {
  const names: readonly TargetName[] = ["ours", "other", "otherGet"];
  const rates: Record<TargetName, number[]> = { ours: [], other: [], otherGet: [] };
  for (const name of names) await load(client, targets[name], WARM_MS);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const name of names) rates[name].push(await load(client, targets[name], ROUND_MS));
  }
  return { ours: median(rates.ours), other: median(rates.other), otherGet: median(rates.otherGet) };
}

async function load(client: ChildProcess, target: Target, durationMs: number): Promise<number> {
  client.send({ ...target, connections: CONNECTIONS, durationMs } satisfies LoadRequest);
  const [result]: LoadResult[] = await once(client, "message");
  if (result === undefined || result.failures > 0)
    throw new Error(`${result?.failures ?? "all"} requests failed`);
  return (result.answers * 1_000) / result.durationMs;
}

function post(path: string): string {
  const head = `POST ${path} HTTP/1.1\r\nhost: headway\r\ncontent-type: application/json\r\ncontent-length: ${BODY.length}`;
  return `${head}\r\n\r\n${BODY}`;
}

/** So that a verdict has something to look through. */
function decideAll({ coordinator }: EngineApi): void {
  const nowMs = coordinator.now();
  const { engine } = coordinator.tenant("default");
  for (let index = 0; index < DEPENDENCIES; index += 1) {
    const override: Override = {
      dependency: `tool:bench-${index}`,
      action: index % 2 === 0 ? "hold" : "limit",
      ...(index % 2 === 0 ? {} : { shape: { concurrency: 100 } }),
      priority: { from: 1, to: 5 },
      untilMs: nowMs + 3_600_000,
      why: "bench",
      by: "bench",
    };
    engine.override(override, nowMs);
  }
  coordinator.tick();
}

async function listenBare(): Promise<{ app: FastifyInstance; port: number }> {
  const app = fastify();
  app.get("/", (_request, reply) => reply.send({}));
  app.post("/", (_request, reply) => reply.send({}));
  await app.listen({ host: "127.0.0.1", port: 0 });
  const address = app.server.address();
  return { app, port: typeof address === "object" && address !== null ? address.port : 0 };
}
