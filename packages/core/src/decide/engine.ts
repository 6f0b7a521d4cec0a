import type { Detection } from "../detect/detection.ts";
import { Detections } from "../detect/detections.ts";
import type { Detector } from "../detect/detector.ts";
import { createDetectors } from "../detect/detectors.ts";
import type { Random } from "../random.ts";
import type { SignalReport } from "../signals/report.ts";
import { CallGraph, graphView } from "./call-graph.ts";
import { observeCascades, observeWindow } from "./detection-step.ts";
import { ChangeDraft } from "./change-draft.ts";
import { CONSULTS, ConsultPacer } from "./consult-pacer.ts";
import { CONTROL_PARAMETERS } from "./control-parameters.ts";
import type { ControlParameters } from "./control-parameters.ts";
import { decisionFor, verdictFor } from "./consult.ts";
import type { Consult, Decision, Lease, Override, Verdict } from "./decision.ts";
import type { BookContext } from "./decision-book.ts";
import { FREE } from "./dependency-control.ts";
import type {
  AuditEntry,
  DependencyLook,
  DependencyView,
  EngineChange,
  EngineCounters,
  EngineLimits,
  EngineOptions,
  EngineRecord,
  GraphEdge,
  GraphView,
  WindowSpan,
  WindowView,
} from "./engine-types.ts";
import { ENGINE_LIMITS } from "./engine-limits.ts";
import { restoreDependency } from "./engine-records.ts";
import {
  dependencyRecords,
  overrideRecords,
  UnsavedRecords,
  versionFloor,
} from "./unsaved-records.ts";
import { FleetSignals } from "./fleet-signals.ts";
import { Ids } from "./ids.ts";
import { LeaseTable } from "./lease-table.ts";
import { Overrides } from "./overrides.ts";
import type { Policy } from "./policy.ts";
import { resolvePolicy } from "./resolve-policy.ts";
import { Sleepers } from "./sleepers.ts";
import { lookAt, viewOf, watch } from "./watched-dependency.ts";
import type { WatchedDependency } from "./watched-dependency.ts";

/** A dependency without traffic is looked at for so long: then detections resolve, holds end, and it costs nothing. */
const AWAKE_MS = 60_000;

/**
 * Everything Headway knows and wants, for one tenant. Reports are recorded as they come; `tick` looks at the dependencies that
 * something happened to, one at a time, and says what changed. Pure: the same calls give the same answers.
 */
export class Engine {
  readonly #options: EngineOptions;
  readonly #limits: EngineLimits;
  readonly #random: Random;
  readonly #ids: Ids;
  readonly #fleet: FleetSignals;
  readonly #watched = new Map<string, WatchedDependency>();
  readonly #awake = new Set<string>();
  readonly #asleep: Sleepers;
  readonly #detections: Detections;
  readonly #createDetectors: () => readonly Detector[];
  readonly #graph = new CallGraph();
  readonly #overrides: Overrides;
  readonly #parameters: ControlParameters;
  readonly #leases = new LeaseTable();
  #policy: Policy;
  #version = 0;
  #nowMs = 0;
  #learnUntilMs = Number.NEGATIVE_INFINITY;
  #audit: AuditEntry[] = [];
  readonly #unsaved = new UnsavedRecords();

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#limits = { ...ENGINE_LIMITS, ...options.limits };
    this.#parameters = { ...CONTROL_PARAMETERS, ...options.control };
    this.#overrides = new Overrides(this.#limits.holdMsMax);
    this.#asleep = new Sleepers(this.#limits);
    this.#random = options.random;
    this.#policy = options.policy;
    this.#version = options.versionFirst ?? 0;
    this.#ids = new Ids(options.random);
    this.#createDetectors = options.detectors ?? createDetectors;
    this.#fleet = new FleetSignals({
      dependenciesMax: this.#limits.dependenciesMax,
      agentsMax: this.#limits.agentsPerDependencyMax,
      historyMs: this.#limits.historyMs,
      historyWindowsMax: this.#limits.historyWindowsMax,
    });
    this.#detections = new Detections({
      tenant: options.tenant,
      nextId: () => this.#ids.next("det", this.#nowMs),
      resolvedMax: this.#limits.resolvedDetectionsMax,
    });
  }

  get version(): number {
    return this.#version;
  }

  get policy(): Policy {
    return this.#policy;
  }

  ingest(report: SignalReport, nowMs: number): void {
    this.#fleet.record(report, nowMs);
  }

  /** One that comes back holds what it held, until the next tick: it was counted all the while. */
  instanceConnected(instance: string, nowMs: number): void {
    this.#leases.connect(instance);
    for (const { id, control } of this.#watched.values()) {
      const lease = control.leases.leases.get(instance);
      if (lease && lease.expiresAtMs > nowMs) this.#leases.set(instance, id, lease);
    }
    this.#wakeLimited();
  }

  /** Its leases run on to their end, and count until then: gone from us is not gone from the dependency. */
  instanceGone(instance: string): void {
    this.#leases.disconnect(instance);
    this.#fleet.forgetInstance(instance);
    this.#wakeLimited();
  }

  tick(nowMs: number): EngineChange {
    this.#nowMs = nowMs;
    this.#expireOverrides(nowMs);
    const draft = new ChangeDraft(nowMs, this.#audit);
    this.#audit = [];
    for (const dependency of this.#fleet.takeTouched()) this.#awake.add(dependency);
    for (const dependency of this.#awake) {
      const watched = this.#watch(dependency, nowMs);
      if (watched) this.#tickOne(watched, nowMs, draft);
    }
    for (const id of this.#asleep.overdue(this.#fleet.size, nowMs)) this.#forget(id, draft);
    observeCascades(this.#detections, this.#graph, nowMs, draft);
    // New decisions have moved it already. What ended must move it too: clients cache by it.
    if (draft.leaseHolders.size + draft.change.decisionsEnded.length > 0) this.#version += 1;
    for (const { dependency } of draft.change.audit)
      if (dependency !== null) this.#unsaved.urgent(dependency);
    const leasesChanged = new Map(
      [...draft.leaseHolders].map((instance) => [instance, this.leases(instance)]),
    );
    return { version: this.#version, ...draft.change, leasesChanged };
  }

  decisions(): readonly Decision[] {
    return [...this.#watched.values()].flatMap(({ book }) => book.decisions);
  }

  leases(instance: string): readonly Lease[] {
    return this.#leases.of(instance);
  }

  decide(consult: Consult, nowMs: number): Verdict {
    const watched = this.#watched.get(consult.dependency);
    const policy = watched?.policy ?? resolvePolicy(this.#policy, consult.dependency);
    const pacer = watched?.pacer ?? new ConsultPacer();
    const decision = decisionFor(watched?.book.decisions ?? [], consult, nowMs);
    const allowance = watched?.control.allowance ?? FREE;
    const prober = watched?.control.phase === "held" ? watched.control.hold.prober : undefined;
    const probeElectedMs = prober?.instance === CONSULTS ? prober.electedMs : undefined;
    const probeNextMs = prober?.nextAtMs;
    if (watched) this.#awake.add(watched.id);
    return verdictFor(consult, {
      decision,
      policy,
      pacer,
      allowance,
      probeElectedMs,
      probeNextMs,
      random: this.#random,
      nowMs,
    });
  }

  /** Returns the override as it stands: its end may have been brought nearer. */
  override(override: Override, nowMs: number): Override {
    const standing = this.#overrides.set(override, nowMs);
    const { dependency, action, by, why } = standing;
    this.#fleet.open(dependency, nowMs);
    this.#wakeOverridden(dependency);
    this.#note("override.set", { dependency, by, summary: `${action}: ${why}` }, nowMs);
    return standing;
  }

  clearOverride(dependency: string, by: string, nowMs: number): boolean {
    if (!this.#overrides.delete(dependency)) return false;
    this.#wakeOverridden(dependency);
    this.#note("override.cleared", { dependency, by, summary: "taken back" }, nowMs);
    return true;
  }

  overrides(): readonly Override[] {
    return this.#overrides.all();
  }

  setPolicy(policy: Policy, nowMs: number): void {
    this.#policy = policy;
    for (const watched of this.#watched.values()) {
      watched.policy = resolvePolicy(policy, watched.id);
      this.#awake.add(watched.id);
    }
    const summary = `policy is now ${policy.version}`;
    this.#note("policy.changed", { dependency: null, by: "headway", summary }, nowMs);
  }

  /** Of `dependencies()`, without the work of viewing each. */
  dependencyIds(): readonly string[] {
    return [...this.#watched.keys()];
  }

  dependencies(): readonly DependencyView[] {
    return [...this.#watched.values()].map((watched) => this.#view(watched));
  }

  dependency(id: string): DependencyView | undefined {
    const watched = this.#watched.get(id);
    return watched && this.#view(watched);
  }

  look(id: string): DependencyLook | undefined {
    const watched = this.#watched.get(id);
    return watched && lookAt(watched, this.#detections.openOf(id));
  }

  signals(id: string, span?: WindowSpan): readonly WindowView[] {
    return this.#watched.get(id)?.signals.history(this.#nowMs, span) ?? [];
  }

  detections(): readonly Detection[] {
    return [...this.#detections.open(), ...this.#detections.resolved()];
  }

  graph(): GraphView {
    return graphView(this.edges(), (id) => this.look(id)?.state ?? "unknown");
  }

  edges(): readonly GraphEdge[] {
    return this.#graph.edges(this.#nowMs);
  }

  counters(): EngineCounters {
    return {
      dependencies: this.#fleet.size,
      dependenciesRefused: this.#fleet.refused,
      agentsOverflowed: this.#fleet.agentsOverflowed,
    };
  }

  /** What changed and a store should know: all that a person would miss, and of what merely moved a part, unless `all`. */
  takeRecords({ all = false } = {}): readonly EngineRecord[] {
    const now = { detections: this.#detections.state(), version: this.#version, all };
    return this.#unsaved.take((id) => this.#watched.get(id), this.#overrides, now, this.#nowMs);
  }

  /** Takes back what a store kept, before the first tick. For one lease from now no more is granted than processes hold. */
  restore(records: readonly EngineRecord[], nowMs: number): void {
    this.#nowMs = nowMs;
    this.#learnUntilMs = nowMs + this.#limits.leaseMs;
    for (const { id, value } of dependencyRecords(records)) {
      const watched = this.#watch(id, nowMs);
      if (!watched) continue;
      restoreDependency(value, watched, nowMs);
      this.#detections.restore(value);
      this.#awake.add(id);
    }
    for (const override of overrideRecords(records, nowMs)) {
      this.#overrides.set(override, nowMs);
      this.#awake.add(override.dependency);
    }
    const versions = this.decisions().map(({ version }) => version);
    this.#version = Math.max(this.#version, versionFloor(records), ...versions);
  }

  #tickOne(watched: WatchedDependency, nowMs: number, draft: ChangeDraft): void {
    const { id, signals, control } = watched;
    const sample = signals.sample(nowMs);
    this.#unsaved.dependency(id);
    observeWindow(watched, sample, { detections: this.#detections, graph: this.#graph, draft });
    const isQuiet =
      nowMs - signals.heardMs >= AWAKE_MS &&
      sample.gauges.inFlight + sample.gauges.waiting === 0 &&
      !watched.pacer.isAsked(nowMs);
    if (isQuiet) this.#letGo(watched, draft);
    const firing = this.#detections.openOf(id).filter(({ state }) => state === "firing");
    const { drafts, leasesChanged } = control.tick(sample, signals, {
      tenant: this.#options.tenant,
      policy: watched.policy,
      override: this.#overrides.get(id),
      detections: firing,
      instances: this.#leases.instances,
      leaseMs: this.#limits.leaseMs,
      holdMsMax: this.#limits.holdMsMax,
      isLearning: nowMs < this.#learnUntilMs,
      pacer: watched.pacer,
    });
    draft.addBook(watched.book.update(drafts, this.#bookContext(watched, nowMs)));
    this.#setLeases(watched, leasesChanged, draft);
    if (watched.book.decisions.length > 0) this.#unsaved.urgent(id);
    this.#asleep.delete(id);
    if (!isQuiet) return;
    const isForgotten =
      nowMs - signals.heardMs > this.#limits.historyMs && !this.#overrides.get(id);
    // A limit of the policy's never ends by itself, and must not keep for ever what nobody calls.
    if (isForgotten) this.#forget(id, draft);
    if (isForgotten || watched.book.decisions.length > 0) return;
    this.#setLeases(watched, control.leases.clear(), draft);
    this.#awake.delete(id);
    this.#asleep.add(id, nowMs);
    signals.rest();
  }

  #forget(id: string, draft: ChangeDraft): void {
    const watched = this.#watched.get(id);
    this.#asleep.delete(id);
    if (!watched || this.#overrides.get(id)) return;
    draft.addBook(watched.book.update([], this.#bookContext(watched, this.#nowMs)));
    this.#setLeases(watched, watched.control.leases.clear(), draft);
    for (const closed of this.#detections.forget(id, this.#nowMs)) draft.addDetection(closed);
    this.#watched.delete(id);
    this.#awake.delete(id);
    this.#fleet.forget(id);
    this.#unsaved.dependency(id);
  }

  /** Nothing would ever say that it is well again: who is not called is not in trouble, and nobody is there to probe. */
  #letGo({ id, control }: WatchedDependency, draft: ChangeDraft): void {
    for (const closed of this.#detections.forget(id, this.#nowMs)) draft.addDetection(closed);
    control.hold.release();
  }

  #setLeases(
    { id, control }: WatchedDependency,
    holders: readonly string[],
    draft: ChangeDraft,
  ): void {
    for (const instance of holders) {
      this.#leases.set(instance, id, control.leases.leases.get(instance));
      draft.leaseHolders.add(instance);
    }
  }

  #watch(id: string, nowMs: number): WatchedDependency | undefined {
    const known = this.#watched.get(id);
    if (known) return known;
    const signals = this.#fleet.open(id, nowMs);
    if (!signals) return undefined;
    const policy = resolvePolicy(this.#policy, id);
    const watched = watch(id, signals, this.#createDetectors(), policy, this.#parameters);
    this.#watched.set(id, watched);
    return watched;
  }

  #bookContext({ policy }: WatchedDependency, nowMs: number): BookContext {
    return {
      mode: policy.mode,
      policyVersion: this.#policy.version,
      nowMs,
      ids: this.#ids,
      nextVersion: () => (this.#version += 1),
    };
  }

  #expireOverrides(nowMs: number): void {
    for (const { dependency, by } of this.#overrides.expire(nowMs)) {
      this.#wakeOverridden(dependency);
      this.#note("override.cleared", { dependency, by, summary: "its time is over" }, nowMs);
    }
  }

  #wakeOverridden(dependency: string): void {
    this.#awake.add(dependency);
    this.#unsaved.override(dependency);
  }

  /** Who came or went changes the shares of everything that is limited. */
  #wakeLimited(): void {
    for (const { id, control } of this.#watched.values()) {
      if (control.leases.leases.size > 0) this.#awake.add(id);
    }
  }

  #note(kind: string, what: Pick<AuditEntry, "dependency" | "by" | "summary">, atMs: number): void {
    this.#audit.push({ atMs, kind, ...what, id: null });
  }

  #view(watched: WatchedDependency): DependencyView {
    const open = this.#detections.openOf(watched.id);
    return viewOf(watched, { tenant: this.#options.tenant, open, nowMs: this.#nowMs });
  }
}
