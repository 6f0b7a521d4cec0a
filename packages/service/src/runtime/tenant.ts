import type { Engine, EngineChange, EngineRecord, Policy } from "@headway/core";
import { FinishedSpans, SignalRecorder } from "@headway/core/signals";
import type {
  Attempt,
  FinishedSpanView,
  RecorderLimits,
  SignalReport,
} from "@headway/core/signals";
import type { Store } from "../store/store.ts";
import { Instances } from "./instances.ts";
import { Journal } from "./journal.ts";

/** What of the engine its shell calls. */
export type TenantEngine = Pick<
  Engine,
  | "ingest"
  | "instanceConnected"
  | "instanceGone"
  | "tick"
  | "version"
  | "decisions"
  | "leases"
  | "decide"
  | "override"
  | "clearOverride"
  | "overrides"
  | "setPolicy"
  | "policy"
  | "dependencies"
  | "dependencyIds"
  | "dependency"
  | "look"
  | "signals"
  | "detections"
  | "graph"
  | "edges"
  | "counters"
  | "takeRecords"
  | "restore"
>;

export interface TenantOptions {
  readonly name: string;
  readonly engine: TenantEngine;
  readonly store: Store;
  /** How long spans of OTLP traces wait for the others of their trace. */
  readonly settleMs: number;
  readonly recorderLimits: Partial<RecorderLimits>;
  /** Baselines that merely moved are written this often; anything a person would miss, at once. */
  readonly saveEveryMs: number;
  readonly onError: (error: unknown, where: string) => void;
  /** Told of every attempt that spans of OTLP traces tell of. */
  readonly onAttempt?: (attempt: Attempt) => void;
}

export interface TenantChange extends EngineChange {
  /** The policy's identity rules are others than at the tick before. */
  readonly identitiesChanged: boolean;
}

export type ChangeListener = (change: TenantChange, nowMs: number) => void;

export type ReportListener = (report: SignalReport, nowMs: number) => void;

/** The instance under which signals appear that are derived here, from spans of processes without a hook. */
const OTLP_INSTANCE = "otlp";

/** One tenant: its engine and all that stands around it. Handlers record into it; only `tick` decides. */
export class Tenant {
  readonly name: string;
  readonly engine: TenantEngine;
  readonly instances: Instances;
  readonly journal: Journal;
  readonly #options: TenantOptions;
  readonly #listeners = new Set<ChangeListener>();
  readonly #reportListeners: ReportListener[] = [];
  #recorder: SignalRecorder | undefined;
  #finishedSpans: FinishedSpans | undefined;
  #identitiesChanged = false;
  #isSaving = false;
  #savedAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: TenantOptions) {
    const { name, engine, store, onError } = options;
    this.#options = options;
    this.name = name;
    this.engine = engine;
    this.journal = new Journal({
      tenant: name,
      store,
      onError: (error) => onError(error, `writing the state of tenant ${name}`),
    });
    this.instances = new Instances({
      onConnected: (instance, nowMs) => engine.instanceConnected(instance, nowMs),
      onGone: (instance) => engine.instanceGone(instance),
    });
  }

  ingestReport(report: SignalReport, nowMs: number): void {
    this.engine.ingest(report, nowMs);
    for (const listener of this.#reportListeners) listener(report, nowMs);
  }

  ingestSpans(spans: readonly FinishedSpanView[], nowMs: number): void {
    const finishedSpans = this.#spans();
    for (const span of spans) finishedSpans.add(span, nowMs);
  }

  setPolicy(policy: Policy, nowMs: number): void {
    this.#identitiesChanged ||=
      JSON.stringify(policy.identities) !== JSON.stringify(this.engine.policy.identities);
    this.engine.setPolicy(policy, nowMs);
    this.#recorder?.setIdentities(policy.identities);
  }

  restore(records: readonly EngineRecord[], nowMs: number): void {
    this.engine.restore(records, nowMs);
  }

  /** Called after every tick, also one that changed nothing. The answer ends the subscription. */
  subscribe(listener: ChangeListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Called with every report after the engine was, also with those derived here. It must not throw. */
  observeReports(listener: ReportListener): void {
    this.#reportListeners.push(listener);
  }

  tick(nowMs: number): void {
    this.#takeSpans(nowMs);
    this.instances.sweep(nowMs);
    const change = { ...this.engine.tick(nowMs), identitiesChanged: this.#identitiesChanged };
    this.#identitiesChanged = false;
    // Pushed before it is written: a fleet in trouble does not wait for a disk.
    this.#publish(change, nowMs);
    this.#save(change, nowMs);
  }

  /** Writes all there is to write. */
  async close(): Promise<void> {
    this.journal.add(this.engine.takeRecords({ all: true }), []);
    await this.journal.flush();
  }

  #takeSpans(nowMs: number): void {
    if (this.#recorder === undefined) return;
    this.#finishedSpans?.settle(nowMs);
    this.ingestReport(this.#recorder.take(nowMs), nowMs);
  }

  #publish(change: TenantChange, nowMs: number): void {
    for (const listener of this.#listeners) {
      try {
        listener(change, nowMs);
      } catch (error) {
        this.#options.onError(error, `telling a client of tenant ${this.name}`);
      }
    }
  }

  /** What a person would miss is written in its own tick; the rest when it is due, a bounded part of it a tick. */
  #save({ audit }: EngineChange, nowMs: number): void {
    const isDue = nowMs - this.#savedAtMs >= this.#options.saveEveryMs;
    if (isDue) this.#savedAtMs = nowMs;
    if (isDue || audit.length > 0) this.journal.add(this.engine.takeRecords(), audit);
    this.#isSaving = isDue || (this.#isSaving && this.journal.waiting > 0);
    if (!this.#isSaving && audit.length === 0) return;
    const urgent = new Set(audit.flatMap(({ dependency }) => dependency ?? []));
    this.journal.write({ urgent, rest: this.#isSaving });
  }

  #spans(): FinishedSpans {
    if (this.#finishedSpans !== undefined) return this.#finishedSpans;
    const recorder = new SignalRecorder({
      instance: OTLP_INSTANCE,
      identities: this.engine.policy.identities,
      limits: this.#options.recorderLimits,
      ...(this.#options.onAttempt && { onAttempt: this.#options.onAttempt }),
    });
    this.#recorder = recorder;
    this.#finishedSpans = new FinishedSpans({ recorder, settleMs: this.#options.settleMs });
    return this.#finishedSpans;
  }
}
