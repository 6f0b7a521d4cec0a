import { Engine } from "@headway/core";
import type { EngineCounters, EngineOptions, Policy, Random } from "@headway/core";
import type { FinishedSpanView, RecorderLimits, SignalReport } from "@headway/core/signals";
import type { Arrival } from "../replay/arrival.ts";
import type { Store } from "../store/store.ts";
import { EARLY_TICK_MS, isEarly } from "./beat.ts";
import { ClientSlots } from "./client-slots.ts";
import { Tenant } from "./tenant.ts";
import type { TenantEngine } from "./tenant.ts";

interface CoordinatorConfig {
  /** Between two ticks. */
  readonly tickMs: number;
  /** Between two ticks when something is urgent. */
  readonly earlyTickMs?: number;
  /** How long spans of OTLP traces wait for the others of their trace. */
  readonly otlpSettleMs?: number;
  /** Baselines that merely moved are written this often. */
  readonly saveEveryMs?: number;
  /** Streams, long-polls and verdicts that wait, together. */
  readonly streamClientsMax?: number;
  /** Of what derives signals from OTLP traces. */
  readonly recorderLimits?: Partial<RecorderLimits>;
}

export interface CoordinatorOptions {
  readonly config: CoordinatorConfig;
  /** One for all tenants, or each tenant's own. */
  readonly policy: Policy | ((tenant: string) => Policy);
  readonly store: Store;
  readonly now: () => number;
  readonly random: Random;
  /** `where` says in words what went wrong; the process goes on. */
  readonly onError?: (error: unknown, where: string) => void;
  /** Runs `tick`, which answers how many tenants it failed for. */
  readonly aroundTick?: (tick: () => number) => void;
  readonly createEngine?: (options: EngineOptions) => TenantEngine;
  /** Told of spans and reports as they come; closed when no engine ticks any more. */
  readonly arrivalLog?: {
    arrived(tenant: string, arrival: Arrival): void;
    close(): void;
  };
}

/** Counters grow for the life of the process. */
export interface CoordinatorStats {
  readonly tenants: number;
  readonly instances: number;
  readonly ticks: number;
  readonly ticksFailed: number;
  /** Of the last tick over all tenants. */
  readonly tickDurationMs: number;
  /** Since the last tick began, or since the start. */
  readonly tickAgeSeconds: number;
  readonly reports: number;
  readonly spans: number;
  readonly dependencies: number;
  /** Over the limit of dependencies, and so not watched. */
  readonly dependenciesRefused: number;
  /** Over the limit of agents of one dependency, and so known in aggregate only. */
  readonly agentsOverflowed: number;
  readonly storeCommits: number;
  readonly storeFailures: number;
  readonly auditDropped: number;
  readonly clientsOpen: number;
  readonly clientsRefused: number;
  readonly clientsDropped: number;
}

const OTLP_SETTLE_MS = 1_500;
const SAVE_EVERY_MS = 5_000;
const CLIENTS_MAX = 10_000;

/**
 * Runs one engine per tenant. Handlers record into the engines at any time; a tick decides, every `tickMs`, and at once
 * after a report that a process flushed early, though never twice within `earlyTickMs`: a thousand processes that turn
 * bad together cause one early tick, not a thousand.
 */
export class Coordinator {
  readonly clients: ClientSlots;
  readonly #options: CoordinatorOptions;
  readonly #tenants = new Map<string, Tenant>();
  readonly #tenantListeners: ((tenant: Tenant) => void)[] = [];
  readonly #counts = { ticks: 0, ticksFailed: 0, tickDurationMs: 0, reports: 0, spans: 0 };
  readonly #awaitingTick: (() => void)[] = [];
  #policy: CoordinatorOptions["policy"];
  #engineCounts: EngineCounters | undefined;
  #interval: NodeJS.Timeout | undefined;
  #early: NodeJS.Timeout | undefined;
  #tickedAtMs = Number.NEGATIVE_INFINITY;
  #aliveMs: number;

  constructor(options: CoordinatorOptions) {
    this.#options = options;
    this.#aliveMs = options.now();
    this.#policy = options.policy;
    this.clients = new ClientSlots({ max: options.config.streamClientsMax ?? CLIENTS_MAX });
  }

  /** Brings every known tenant back from the store, then ticks. A tenant that cannot be read starts anew, and it is said. */
  async start(): Promise<void> {
    for (const name of await this.#storedTenants()) await this.#restore(name);
    this.#interval = setInterval(() => this.tick(), this.#options.config.tickMs);
  }

  /**
   * Ticks once more, because what was asked for since the last tick is in no audit yet, and writes what there is to
   * write. The store stays open: it is its owner's.
   */
  async close(): Promise<void> {
    clearInterval(this.#interval);
    this.tick();
    await Promise.all([...this.#tenants.values()].map((tenant) => tenant.close()));
    this.#options.arrivalLog?.close();
  }

  ingestReports(tenant: string, reports: readonly SignalReport[]): void {
    const nowMs = this.now();
    const recording = this.tenant(tenant);
    this.#options.arrivalLog?.arrived(tenant, { kind: "reports", atMs: nowMs, reports });
    for (const report of reports) recording.ingestReport(report, nowMs);
    this.#counts.reports += reports.length;
    const { tickMs } = this.#options.config;
    if (reports.some((report) => isEarly(report, tickMs))) this.tickSoon();
  }

  ingestSpans(tenant: string, spans: readonly FinishedSpanView[]): void {
    this.#counts.spans += spans.length;
    const nowMs = this.now();
    this.#options.arrivalLog?.arrived(tenant, { kind: "spans", atMs: nowMs, spans });
    this.tenant(tenant).ingestSpans(spans, nowMs);
  }

  setPolicy(policy: CoordinatorOptions["policy"]): void {
    this.#policy = policy;
    const nowMs = this.now();
    for (const tenant of this.#tenants.values())
      tenant.setPolicy(this.#policyOf(tenant.name), nowMs);
    this.tickSoon();
  }

  /** Tenants come from tokens, which the operator writes, so their number needs no bound of its own. */
  tenant(name: string): Tenant {
    const known = this.#tenants.get(name);
    if (known !== undefined) return known;
    const tenant = this.#createTenant(name);
    this.#tenants.set(name, tenant);
    for (const listener of this.#tenantListeners) listener(tenant);
    return tenant;
  }

  /** Called with every tenant, those that there are and each new one. */
  onTenant(listener: (tenant: Tenant) => void): void {
    this.#tenantListeners.push(listener);
    for (const tenant of this.#tenants.values()) listener(tenant);
  }

  now(): number {
    return this.#options.now();
  }

  get store(): Store {
    return this.#options.store;
  }

  get random(): Random {
    return this.#options.random;
  }

  /** Ticks as soon as the last tick is `earlyTickMs` ago. */
  tickSoon(): void {
    if (this.#early !== undefined) return;
    const earliestMs = this.#tickedAtMs + (this.#options.config.earlyTickMs ?? EARLY_TICK_MS);
    this.#early = setTimeout(() => this.tick(), Math.max(0, earliestMs - this.now()));
  }

  /** The next tick, soon. */
  async ticked(): Promise<void> {
    this.tickSoon();
    await new Promise<void>((resolve) => this.#awaitingTick.push(resolve));
  }

  tick(): void {
    clearTimeout(this.#early);
    this.#early = undefined;
    const nowMs = this.now();
    this.#tickedAtMs = nowMs;
    this.#aliveMs = nowMs;
    const tick = (): number => this.#tickTenants(nowMs);
    if (this.#options.aroundTick === undefined) tick();
    else this.#options.aroundTick(tick);
    this.#counts.tickDurationMs = this.now() - nowMs;
    for (const resolve of this.#awaitingTick.splice(0)) resolve();
  }

  stats(): CoordinatorStats {
    const tenants = [...this.#tenants.values()];
    const total = (count: (tenant: Tenant) => number): number =>
      tenants.reduce((sum, tenant) => sum + count(tenant), 0);
    return {
      ...this.#counts,
      tickAgeSeconds: Math.max(0, this.now() - this.#aliveMs) / 1_000,
      tenants: tenants.length,
      instances: total(({ instances }) => instances.size),
      ...this.#countEngines(tenants),
      storeCommits: total(({ journal }) => journal.counts.commits),
      storeFailures: total(({ journal }) => journal.counts.failures),
      auditDropped: total(({ journal }) => journal.counts.auditDropped),
      clientsOpen: this.clients.open,
      clientsRefused: this.clients.refused,
      clientsDropped: this.clients.dropped,
    };
  }

  /** Once a tick: an engine walks all its dependencies to count, and a scrape asks for a dozen numbers. */
  #countEngines(tenants: readonly Tenant[]): EngineCounters {
    this.#engineCounts ??= sumOf(tenants.map(({ engine }) => engine.counters()));
    return this.#engineCounts;
  }

  #tickTenants(nowMs: number): number {
    const failedBefore = this.#counts.ticksFailed;
    this.#engineCounts = undefined;
    for (const tenant of this.#tenants.values()) this.#tickTenant(tenant, nowMs);
    return this.#counts.ticksFailed - failedBefore;
  }

  #tickTenant(tenant: Tenant, nowMs: number): void {
    this.#counts.ticks += 1;
    try {
      tenant.tick(nowMs);
    } catch (error) {
      // One tenant's broken state must not stop the others' decisions, nor the process that all their agents ask.
      this.#counts.ticksFailed += 1;
      this.#failed(error, `tick of tenant ${tenant.name}`);
    }
  }

  #createTenant(name: string): Tenant {
    const { config, store, random, createEngine } = this.#options;
    const options: EngineOptions = { tenant: name, policy: this.#policyOf(name), random };
    return new Tenant({
      name,
      engine: createEngine?.(options) ?? new Engine(options),
      store,
      settleMs: config.otlpSettleMs ?? OTLP_SETTLE_MS,
      recorderLimits: config.recorderLimits ?? {},
      saveEveryMs: config.saveEveryMs ?? SAVE_EVERY_MS,
      onError: (error, where) => this.#failed(error, where),
    });
  }

  async #storedTenants(): Promise<readonly string[]> {
    try {
      return await this.#options.store.tenants();
    } catch (error) {
      this.#failed(error, "reading the tenants from the store");
      return [];
    }
  }

  async #restore(name: string): Promise<void> {
    try {
      const records = await this.#options.store.load(name);
      this.tenant(name).restore(records, this.now());
    } catch (error) {
      this.#failed(error, `restoring tenant ${name}`);
    }
  }

  #policyOf(tenant: string): Policy {
    return typeof this.#policy === "function" ? this.#policy(tenant) : this.#policy;
  }

  #failed(error: unknown, where: string): void {
    this.#options.onError?.(error, where);
  }
}

function sumOf(counters: readonly EngineCounters[]): EngineCounters {
  const total = (name: keyof EngineCounters): number =>
    counters.reduce((sum, counter) => sum + counter[name], 0);
  return {
    dependencies: total("dependencies"),
    dependenciesRefused: total("dependenciesRefused"),
    agentsOverflowed: total("agentsOverflowed"),
  };
}
