import type { FastifyInstance } from "fastify";
import { routes } from "./api/routes.ts";
import { createApp } from "./app.ts";
import { Authenticator } from "./auth/authenticator.ts";
import type { Token } from "./auth/authenticator.ts";
import { TENANT_DEFAULT } from "./auth/principal.ts";
import { readTokens } from "./auth/tokens-file.ts";
import type { Address } from "./config/address.ts";
import type { ServiceConfig, ServiceLimits } from "./config/config.ts";
import { CONFIG_DEFAULT } from "./config/config.ts";
import { createCoordinator, openStore } from "./coordination.ts";
import { addCoordinatorMetrics } from "./coordinator-metrics.ts";
import { DependencyGauges } from "./dependency-gauges.ts";
import { ByteBudget } from "./ingest/byte-budget.ts";
import { Ingest } from "./ingest/ingest.ts";
import { OtlpGrpc } from "./ingest/otlp-grpc.ts";
import { assertMayListen, listenHttp } from "./listen.ts";
import type { Log } from "./log.ts";
import { LOG_SILENT } from "./log.ts";
import { Metrics } from "./metrics.ts";
import { Policies } from "./policy/policies.ts";
import type { ReadinessCheck } from "./readiness.ts";
import { Readiness, TickWatch } from "./readiness.ts";
import type { Coordinator } from "./runtime/coordinator.ts";
import { openSelfTracing } from "./self-tracing.ts";
import type { Store } from "./store/store.ts";

/** What is left out is as in CONFIG_DEFAULT. */
export type ServiceOptions = Partial<Omit<ServiceConfig, "limits">> & {
  readonly limits?: Partial<ServiceLimits>;
  /** Silent by default. */
  readonly log?: Log;
};

export interface Listening {
  readonly http: Address;
  readonly grpc: Address | null;
}

export interface Service {
  /** For `inject`, without a socket. */
  readonly app: FastifyInstance;
  /** Starts to evaluate and to listen. A port of 0 has become a real one in the answer. */
  listen(): Promise<Listening>;
  /** Stops taking anything, writes what there is to write, and lets go of the store. */
  close(): Promise<void>;
}

/** This many intervals without a tick mean that evaluation has stopped, and no less than this time. */
const TICKS_LATE_MAX = 10;
const TICK_LATE_MS_MIN = 5_000;

const GRPC_GRACE_MS = 1_000;

/** Puts the parts together; nothing runs and nothing listens until `listen`. */
export async function createService(options: ServiceOptions = {}): Promise<Service> {
  const { log = LOG_SILENT, ...given } = options;
  const config = {
    ...CONFIG_DEFAULT,
    ...given,
    limits: { ...CONFIG_DEFAULT.limits, ...given.limits },
  };
  assertMayListen(config);
  const tokens = config.tokensFile === null ? null : readTokens(config.tokensFile);
  const budget = new ByteBudget(config.limits.ingestBytesMax);
  const metrics = new Metrics({ process: true, ingestBytesOpen: () => budget.bytes });
  const policies = new Policies({
    path: config.policyFile,
    mayBeAbsent: config.policyFileMayBeAbsent,
    log,
    metrics,
  });
  const tracing = config.selfTracing ? await openSelfTracing() : undefined;
  const store = openStore(config);
  const coordinator = createCoordinator({
    config,
    policyOf: policies.policyOf,
    store,
    log,
    tracing,
  });
  addCoordinatorMetrics(metrics.registry, () => coordinator.stats());
  const ingesting = {
    ingest: new Ingest({ sink: coordinator, metrics }),
    budget,
    authenticator: new Authenticator(tokens),
    metrics,
    log,
  };
  const app = await createApp({
    ...ingesting,
    config,
    tracing,
    readiness: new Readiness({
      checks: [storeCheck(store), watchTicks(coordinator, config, tokens)],
      notes: [policies],
    }),
    dependencyGauges: new DependencyGauges({
      dependenciesOf: (tenant) => coordinator.tenant(tenant).engine.dependencies(),
    }),
    api: async (instance) => {
      await instance.register(routes, { coordinator, config });
    },
  });
  const grpc =
    config.grpc === null
      ? null
      : {
          address: config.grpc,
          server: new OtlpGrpc({
            ...ingesting,
            messageBytesMax: config.limits.bodyBytesMax,
          }),
        };
  return new RunningService({ app, grpc, http: config.http, policies, coordinator, store });
}

interface Parts {
  readonly app: FastifyInstance;
  readonly http: Address;
  readonly grpc: { readonly address: Address; readonly server: OtlpGrpc } | null;
  readonly policies: Policies;
  readonly coordinator: Coordinator;
  readonly store: Store;
}

class RunningService implements Service {
  readonly app: FastifyInstance;
  readonly #parts: Parts;
  #closed: Promise<void> | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.app = parts.app;
  }

  async listen(): Promise<Listening> {
    const { app, http, grpc, policies, coordinator } = this.#parts;
    try {
      await coordinator.start();
      policies.start((policyOf) => coordinator.setPolicy(policyOf));
      const grpcAddress = grpc === null ? null : await grpc.server.listen(grpc.address);
      return { http: await listenHttp(app, http), grpc: grpcAddress };
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  /** Senders first, the store last: what was acknowledged is written. */
  async #close(): Promise<void> {
    const { app, grpc, policies, coordinator, store } = this.#parts;
    policies.close();
    await Promise.all([app.close(), grpc?.server.close(GRPC_GRACE_MS)]);
    await coordinator.close();
    await store.close();
  }
}

function storeCheck(store: Store): ReadinessCheck {
  return {
    name: "store",
    check: async () => {
      await store.audit({ tenant: TENANT_DEFAULT, limit: 1 });
      return undefined;
    },
  };
}

/** Alive while any tenant's ticks end: one tenant's broken state is no reason to turn the others' agents away. */
function watchTicks(
  coordinator: Coordinator,
  config: ServiceConfig,
  tokens: readonly Token[] | null,
): TickWatch {
  const watch = new TickWatch({
    lateMs: Math.max(config.tickMs * TICKS_LATE_MAX, TICK_LATE_MS_MIN),
  });
  const tenants = new Set(tokens?.map(({ principal }) => principal.tenant) ?? [TENANT_DEFAULT]);
  for (const tenant of tenants)
    coordinator.tenant(tenant).subscribe((_change, nowMs) => watch.ticked(nowMs));
  return watch;
}
