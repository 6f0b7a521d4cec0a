import { Engine } from "@headway/core";
import type { Policy } from "@headway/core";
import type { Attempt } from "@headway/core/signals";
import type { ServiceLimits } from "../config/config.ts";
import { EARLY_TICK_MS, isEarly } from "../runtime/beat.ts";
import { engineLimitsOf, recorderLimitsOf } from "../runtime/engine-limits.ts";
import { Tenant } from "../runtime/tenant.ts";
import type { TenantChange } from "../runtime/tenant.ts";
import { MemoryStore } from "../store/memory-store.ts";
import type { Arrival } from "./arrival.ts";
import { seededRandom } from "./seeded-random.ts";

export interface VirtualServiceOptions {
  readonly policy: Policy;
  readonly tickMs: number;
  readonly settleMs: number;
  readonly limits: ServiceLimits;
  /** Ticks come with the arrivals, because a service wrote its own down. */
  readonly ticksAreRecorded: boolean;
  /** After every tick. */
  readonly onChange: (change: TenantChange, nowMs: number) => void;
  /** Every attempt that the spans tell of. */
  readonly onAttempt: (attempt: Attempt) => void;
}

/** A recording's pause is ticked through for so long: then an engine has let go of all that nobody calls, and time may jump. */
const IDLE_MS_MAX = 180_000;
const SEED = 1;

/**
 * The service without its sockets and its clock: one tenant and its engine, as the service has them, and ticks under virtual
 * time. The same arrivals give the same changes.
 *
 * Where the ticks were not recorded they come every `tickMs` from the first arrival on, and at once after a report that a
 * process flushed early, as the service's own do.
 */
export class VirtualService {
  readonly #options: VirtualServiceOptions;
  readonly #tenant: Tenant;
  #heardMs = Number.NEGATIVE_INFINITY;
  #tickedMs = Number.NEGATIVE_INFINITY;
  #nextTickMs = Number.POSITIVE_INFINITY;
  #earlyTickMs = Number.POSITIVE_INFINITY;

  constructor(options: VirtualServiceOptions) {
    this.#options = options;
    const { policy, limits, settleMs, onAttempt } = options;
    this.#tenant = new Tenant({
      name: "default",
      engine: new Engine({
        tenant: "default",
        policy,
        random: seededRandom(SEED),
        limits: engineLimitsOf(limits),
      }),
      store: new MemoryStore(),
      settleMs,
      recorderLimits: recorderLimitsOf(limits),
      // Nothing of a replay is kept.
      saveEveryMs: Number.POSITIVE_INFINITY,
      onError: (error) => {
        throw error;
      },
      onAttempt,
    });
    this.#tenant.subscribe(options.onChange);
  }

  /** Arrivals come in order of time; one that comes out of it counts as come with the one before. */
  arrive(arrival: Arrival): void {
    const nowMs = Math.max(arrival.atMs, this.#heardMs);
    if (!this.#options.ticksAreRecorded) this.#catchUp(nowMs);
    this.#heardMs = nowMs;
    this.#take(arrival, nowMs);
  }

  /** Ticks until what arrived last has been derived from and looked at. */
  end(): void {
    if (this.#options.ticksAreRecorded) return;
    const { tickMs, settleMs } = this.#options;
    this.#tickUntil(this.#heardMs + settleMs + 2 * tickMs);
  }

  #take(arrival: Arrival, nowMs: number): void {
    const { engine } = this.#tenant;
    switch (arrival.kind) {
      case "spans":
        return this.#tenant.ingestSpans(arrival.spans, nowMs);
      case "reports":
        for (const report of arrival.reports) this.#tenant.ingestReport(report, nowMs);
        if (arrival.reports.some((report) => isEarly(report, this.#options.tickMs)))
          this.#earlyTickMs = Math.max(nowMs, this.#tickedMs + EARLY_TICK_MS);
        return;
      case "connected":
        return engine.instanceConnected(arrival.instance, nowMs);
      case "gone":
        return engine.instanceGone(arrival.instance);
      case "consult":
        engine.decide(arrival.consult, nowMs);
        return;
      case "override":
        engine.override(arrival.override, nowMs);
        return;
      case "override-cleared":
        engine.clearOverride(arrival.dependency, arrival.by, nowMs);
        return;
      case "restored":
        return this.#tenant.restore(arrival.records, nowMs);
      case "tick":
        if (this.#options.ticksAreRecorded) this.#tenant.tick(nowMs);
    }
  }

  #catchUp(nowMs: number): void {
    if (this.#heardMs === Number.NEGATIVE_INFINITY) {
      this.#nextTickMs = nowMs + this.#options.tickMs;
      return;
    }
    if (nowMs - this.#heardMs <= IDLE_MS_MAX) return this.#tickUntil(nowMs);
    this.#tickUntil(this.#heardMs + IDLE_MS_MAX);
    this.#nextTickMs = nowMs + this.#options.tickMs;
  }

  #tickUntil(endMs: number): void {
    for (;;) {
      const nowMs = Math.min(this.#nextTickMs, this.#earlyTickMs);
      if (nowMs > endMs) return;
      // An early tick is one more: the beat goes on as it was.
      if (nowMs >= this.#nextTickMs) this.#nextTickMs += this.#options.tickMs;
      this.#earlyTickMs = Number.POSITIVE_INFINITY;
      this.#tickedMs = nowMs;
      this.#tenant.tick(nowMs);
    }
  }
}
