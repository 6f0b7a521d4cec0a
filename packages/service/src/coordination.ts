import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Engine } from "@headway/core";
import { nowMs } from "./clock.ts";
import type { ServiceConfig } from "./config/config.ts";
import type { Log } from "./log.ts";
import { errorFields } from "./log.ts";
import type { PolicyOf } from "./policy/policies.ts";
import { Coordinator } from "./runtime/coordinator.ts";
import { MemoryStore } from "./store/memory-store.ts";
import { SqliteStore } from "./store/sqlite-store.ts";
import type { SelfTracing } from "./self-tracing.ts";
import type { Store } from "./store/store.ts";

export interface CoordinationOptions {
  readonly config: ServiceConfig;
  readonly policyOf: PolicyOf;
  readonly store: Store;
  readonly log: Log;
  readonly tracing?: SelfTracing | undefined;
}

const STORE_FILE = "headway.db";
const OTLP_OPEN_SPANS_MAX = 100_000;

export function openStore({ dataDir, limits }: ServiceConfig): Store {
  const { auditRowsMax } = limits;
  if (dataDir === null) return new MemoryStore({ auditRowsMax });
  // What agents do, and when, is nobody else's business on a shared machine.
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  return new SqliteStore({ path: join(dataDir, STORE_FILE), auditRowsMax });
}

/** The coordinator with this process' clock, chance and log. */
export function createCoordinator({
  config,
  policyOf,
  store,
  log,
  tracing,
}: CoordinationOptions): Coordinator {
  const { tickMs, settleMs, limits } = config;
  const { dependenciesMax, agentsPerDependencyMax, historyWindowsMax, holdMsMax } = limits;
  return new Coordinator({
    config: {
      tickMs,
      otlpSettleMs: settleMs,
      streamClientsMax: limits.sseClientsMax,
      // One recorder stands for every process that sends OTLP, so its bounds are the service's and not a process'.
      recorderLimits: {
        openSpans: OTLP_OPEN_SPANS_MAX,
        dependencies: dependenciesMax,
        agentsPerDependency: agentsPerDependencyMax,
      },
    },
    policy: policyOf,
    store,
    now: nowMs,
    random: Math.random,
    onError: (error, where) =>
      log.warn("Coordination failed in part and goes on.", { where, ...errorFields(error) }),
    ...(tracing === undefined ? {} : { aroundTick: (tick) => tracing.traceTick(tick) }),
    createEngine: (options) =>
      new Engine({
        ...options,
        // Clients remember a version over our restart, and a store in memory does not.
        versionFirst: Math.floor(nowMs()),
        limits: { dependenciesMax, agentsPerDependencyMax, historyWindowsMax, holdMsMax },
      }),
  });
}
