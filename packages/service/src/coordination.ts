import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Engine } from "@headway/core";
import { nowMs } from "./clock.ts";
import type { ServiceConfig } from "./config/config.ts";
import type { Log } from "./log.ts";
import { errorFields } from "./log.ts";
import type { PolicyOf } from "./policy/policies.ts";
import { ArrivalLog } from "./replay/arrival-log.ts";
import { RecordedEngine } from "./replay/recorded-engine.ts";
import { Coordinator } from "./runtime/coordinator.ts";
import { engineLimitsOf, recorderLimitsOf } from "./runtime/engine-limits.ts";
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
  const arrivalLog = openArrivalLog(config, log);
  return new Coordinator({
    config: {
      tickMs,
      otlpSettleMs: settleMs,
      streamClientsMax: limits.sseClientsMax,
      recorderLimits: recorderLimitsOf(limits),
    },
    policy: policyOf,
    store,
    now: nowMs,
    random: Math.random,
    onError: (error, where) =>
      log.warn("Coordination failed in part and goes on.", { where, ...errorFields(error) }),
    ...(tracing === undefined ? {} : { aroundTick: (tick) => tracing.traceTick(tick) }),
    createEngine: (given) => {
      // Clients remember a version over our restart, and a store in memory does not.
      const versionFirst = Math.floor(nowMs());
      const options = { ...given, versionFirst, limits: engineLimitsOf(limits) };
      return arrivalLog === undefined
        ? new Engine(options)
        : new RecordedEngine(options, arrivalLog, nowMs());
    },
    ...(arrivalLog && { arrivalLog }),
  });
}

/** Where all that reaches the engines is written down, for `headway replay`. */
function openArrivalLog(
  { recordFile, tickMs, settleMs }: ServiceConfig,
  log: Log,
): ArrivalLog | undefined {
  if (recordFile === null) return undefined;
  return new ArrivalLog({
    path: recordFile,
    tickMs,
    settleMs,
    onError: (error) => log.warn("Nothing more is recorded.", errorFields(error)),
  });
}
