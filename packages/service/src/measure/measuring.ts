import type {
  Attempt,
  Call,
  FinishedSpanView,
  IdentityRule,
  Outlived,
  Workflow,
} from "@headway/core/signals";
import { AgentTally } from "./agent-tally.ts";
import { CoverageTally } from "./coverage-tally.ts";
import { CutTally } from "./cut-tally.ts";
import { DependencyTally } from "./dependency-tally.ts";
import { Derivation } from "./derivation.ts";
import { FanOutTree } from "./fan-out-tree.ts";
import { HopTally } from "./hop-tally.ts";
import { LoopTally } from "./loop-tally.ts";
import { priceOfAttempt, priceOfCall } from "./price-of.ts";
import type { Prices } from "./prices.ts";
import { RetryLog } from "./retry-log.ts";
import { RunAccount } from "./run-account.ts";
import { ServiceHops } from "./service-hops.ts";
import { Tallies } from "./tallies.ts";
import { HOLD_LIMITS, TraceHold } from "./trace-hold.ts";
import { TroubleLog } from "./trouble-log.ts";
import { UnitOfWork } from "./unit-of-work.ts";
import { WorkflowTally } from "./workflow-tally.ts";

export interface MeasuringOptions {
  readonly prices: Prices;
  readonly identities?: readonly IdentityRule[];
  /** Only spans of this service. */
  readonly service?: string;
  readonly limits?: Partial<typeof HOLD_LIMITS>;
}

/** Units of work whose root has not ended, or was never seen. */
const UNITS_MAX = 20_000;
const NAMES_MAX = { dependencies: 1_000, agents: 4_096, workflows: 500 };

/**
 * Takes spans, in any order, and counts what coordination cost. Memory does not grow with the input: spans wait in the hold until
 * their trace is whole, are derived, counted, and gone.
 */
export class Measuring {
  readonly prices: Prices;
  readonly coverage = new CoverageTally();
  readonly cuts = new CutTally();
  readonly dependencies = new Tallies(NAMES_MAX.dependencies, (name) => new DependencyTally(name));
  readonly agents = new Tallies(NAMES_MAX.agents, (name) => new AgentTally(name));
  readonly workflows = new Tallies(NAMES_MAX.workflows, (name) => new WorkflowTally(name));
  readonly hops = new HopTally();
  readonly loops = new LoopTally();
  readonly retries = new RetryLog();
  readonly serviceHops = new ServiceHops();
  readonly tree = new FanOutTree();
  readonly troubles = new TroubleLog();
  readonly runs: RunAccount;
  readonly totals = {
    calls: 0,
    attempts: 0,
    retries: 0,
    failed: 0,
    inWorkflow: 0,
    modelCalls: 0,
    withTokens: 0,
    byService: 0,
  };
  outOfService = 0;
  readonly #service: string | undefined;
  readonly #hold: TraceHold;
  readonly #derivation: Derivation;
  readonly #units = new Map<number, UnitOfWork>();
  readonly #resources = new WeakMap<object, FinishedSpanView["resource"]>();
  readonly #services = new Set<string>();

  constructor({ prices, identities, service, limits }: MeasuringOptions) {
    this.prices = prices;
    this.#service = service;
    this.runs = new RunAccount(this);
    this.#hold = new TraceHold({
      ...HOLD_LIMITS,
      ...limits,
      release: (spans) => this.#derive(spans),
    });
    this.#derivation = new Derivation({
      identities: identities ?? [],
      onAttempt: (attempt) => this.#attempt(attempt),
      onCall: (call) => this.#call(call),
      onWorkflow: (workflow) => this.#workflow(workflow),
      onOutlived: (outlived) => this.#outlived(outlived),
      onSecond: (points, detections, nowMs) => {
        this.troubles.observe(detections, nowMs);
        for (const point of points) {
          this.loops.observe(point, nowMs);
          if (point.signal === "headway.span.dropped" && typeof point.value === "number")
            this.coverage.drop(point.attributes.reason ?? "unknown", point.value);
        }
        this.runs.settle(nowMs);
      },
    });
  }

  add(spans: readonly FinishedSpanView[]): void {
    for (const span of spans) {
      if (this.#service !== undefined && span.resource["service.name"] !== this.#service) {
        this.outOfService += 1;
        continue;
      }
      this.coverage.span(span);
      this.#hold.add(this.#named(span));
    }
  }

  finish(): void {
    this.#hold.flush();
    this.#derivation.finish();
    for (const unit of this.#units.values()) this.runs.rootless(unit);
    this.#units.clear();
    this.runs.settle(Number.POSITIVE_INFINITY);
    if (this.#hold.tooLarge > 0) this.coverage.drop("trace_size", this.#hold.tooLarge);
  }

  #derive(spans: readonly FinishedSpanView[]): void {
    const byId = new Map<string, FinishedSpanView>();
    for (const span of spans) byId.set(span.spanId, span);
    this.coverage.traces(spans, byId);
    this.#derivation.play(this.serviceHops.bridge(spans, byId));
  }

  /** Who neither names an agent nor an instance is known by its service: better than nobody. */
  #named(span: FinishedSpanView): FinishedSpanView {
    const { resource } = span;
    if (resource["service.instance.id"] !== undefined) return span;
    let named = this.#resources.get(resource);
    if (named === undefined) {
      const service = resource["service.name"];
      named =
        typeof service === "string" ? { ...resource, "service.instance.id": service } : resource;
      this.#resources.set(resource, named);
      if (typeof service === "string" && this.#services.size < SERVICES_MAX)
        this.#services.add(service);
    }
    return named === resource ? span : { ...span, resource: named };
  }

  #attempt(attempt: Attempt): void {
    const { dependency, agent, outcome, isRetry, startMs, durationMs, place } = attempt;
    const isFailed = outcome === "error" || outcome === "timeout" || outcome === "throttled";
    const tally = this.dependencies.of(dependency);
    const agentTally = this.agents.of(agent);
    tally.attempt(attempt, isFailed);
    agentTally.attempt(attempt, isFailed);
    this.cuts.attempt(attempt);
    if (outcome === "refused") return;
    const money = priceOfAttempt(this.prices.priceOf(dependency), durationMs);
    for (const cost of [tally.cost, agentTally.cost]) {
      cost.attempts += 1;
      cost.addMoney(money);
    }
    this.totals.attempts += 1;
    if (isFailed) this.totals.failed += 1;
    if (this.#services.has(agent)) this.totals.byService += 1;
    let row: number | undefined;
    if (isRetry) {
      this.totals.retries += 1;
      row = this.retries.add({
        dependency,
        agent,
        traceId: place?.traceId ?? "",
        startMs,
        durationMs,
        gapMs: place?.retryGapMs ?? 0,
        isFailed,
        isSure: place?.isRetrySure === true,
        money: money ?? Number.NaN,
      });
    }
    if (place === undefined) return;
    const unit = this.#unit(place.root);
    unit.attempt(attempt, isFailed, row);
    unit.cost.attempts += 1;
    unit.cost.addMoney(money);
  }

  #call(call: Call): void {
    const { dependency, agent, outcome, durationMs, usage, place } = call;
    if (outcome === "refused") return;
    const tally = this.dependencies.of(dependency);
    const agentTally = this.agents.of(agent);
    tally.calls += 1;
    agentTally.calls += 1;
    this.totals.calls += 1;
    if (outcome === "ok") tally.callMs += durationMs;
    if (dependency.startsWith("model:")) {
      this.totals.modelCalls += 1;
      if (usage !== undefined) this.totals.withTokens += 1;
    }
    const unit = place === undefined ? undefined : this.#unit(place.root);
    unit?.call(call);
    const money = priceOfCall(this.prices.priceOf(dependency), usage);
    for (const cost of [tally.cost, agentTally.cost, unit?.cost]) {
      if (cost === undefined) continue;
      cost.tokensIn += usage?.tokensIn ?? 0;
      cost.tokensOut += usage?.tokensOut ?? 0;
      if (money !== undefined) cost.addMoney(money);
    }
  }

  #outlived(outlived: Outlived): void {
    this.cuts.outlived(outlived);
    const tally = this.dependencies.of(outlived.dependency);
    tally.withServer += 1;
  }

  #workflow(workflow: Workflow): void {
    const unit = this.#units.get(workflow.root);
    if (unit === undefined) return;
    this.#units.delete(workflow.root);
    this.totals.inWorkflow += unit.attempts;
    this.runs.ended(workflow, unit);
  }

  #unit(root: number): UnitOfWork {
    let unit = this.#units.get(root);
    if (unit !== undefined) return unit;
    if (this.#units.size >= UNITS_MAX) this.#evict();
    unit = new UnitOfWork();
    this.#units.set(root, unit);
    return unit;
  }

  /** The oldest: a root that has not ended by now is not in the data. */
  #evict(): void {
    for (const [root, unit] of this.#units) {
      this.#units.delete(root);
      this.runs.rootless(unit);
      return;
    }
  }
}

const SERVICES_MAX = 10_000;
