import { Engine } from "@headway/core";
import type {
  Consult,
  EngineChange,
  EngineOptions,
  EngineRecord,
  Override,
  Verdict,
} from "@headway/core";
import type { ArrivalLog } from "./arrival-log.ts";

/** An engine that writes down what is done to it, except the spans and reports: those are written as they came. */
export class RecordedEngine extends Engine {
  readonly #log: ArrivalLog;
  readonly #tenant: string;
  #nowMs: number;

  constructor(options: EngineOptions, log: ArrivalLog, nowMs: number) {
    super(options);
    this.#log = log;
    this.#tenant = options.tenant;
    this.#nowMs = nowMs;
  }

  override tick(nowMs: number): EngineChange {
    this.#nowMs = nowMs;
    const change = super.tick(nowMs);
    this.#log.arrived(this.#tenant, { kind: "tick", atMs: nowMs });
    return change;
  }

  override restore(records: readonly EngineRecord[], nowMs: number): void {
    this.#log.arrived(this.#tenant, { kind: "restored", atMs: nowMs, records });
    super.restore(records, nowMs);
  }

  override instanceConnected(instance: string, nowMs: number): void {
    this.#log.arrived(this.#tenant, { kind: "connected", atMs: nowMs, instance });
    super.instanceConnected(instance, nowMs);
  }

  /** Comes with a tick, which says its time afterwards: the one before is as good. */
  override instanceGone(instance: string): void {
    this.#log.arrived(this.#tenant, { kind: "gone", atMs: this.#nowMs, instance });
    super.instanceGone(instance);
  }

  override decide(consult: Consult, nowMs: number): Verdict {
    this.#log.arrived(this.#tenant, { kind: "consult", atMs: nowMs, consult });
    return super.decide(consult, nowMs);
  }

  override override(override: Override, nowMs: number): Override {
    this.#log.arrived(this.#tenant, { kind: "override", atMs: nowMs, override });
    return super.override(override, nowMs);
  }

  override clearOverride(dependency: string, by: string, nowMs: number): boolean {
    this.#log.arrived(this.#tenant, { kind: "override-cleared", atMs: nowMs, dependency, by });
    return super.clearOverride(dependency, by, nowMs);
  }
}
