import type { SignalReport } from "@headway/core/signals";
import type { Store } from "../store/store.ts";
import type { Tenant, TenantChange } from "../runtime/tenant.ts";
import { DecisionLog, LOG_MAX } from "./decision-log.ts";
import { HeardInstances } from "./heard-instances.ts";
import { RetryRaster } from "./retry-raster.ts";
import { Savings } from "./savings.ts";

/**
 * What the engine does not keep and people want to see: who retried when, what was held back, who was heard from, the latest log. Of
 * bounded size, and written whether anybody looks or not, so that whoever comes in the middle of a storm sees how it began.
 */
export class LiveRecords {
  readonly raster = new RetryRaster();
  readonly heard = new HeardInstances();
  readonly log = new DecisionLog();
  readonly savings: Savings;
  readonly #tenant: Tenant;

  constructor(tenant: Tenant, nowMs: number) {
    this.#tenant = tenant;
    this.savings = new Savings(nowMs);
    tenant.observeReports((report, atMs) => this.#record(report, atMs));
    tenant.subscribe((change) => this.#decided(change));
  }

  /** The log of earlier lives of this service. A store that fails leaves it empty; its failures are told elsewhere. */
  async seed(store: Store): Promise<void> {
    try {
      this.log.seed(await store.audit({ tenant: this.#tenant.name, limit: LOG_MAX }));
    } catch {
      this.log.seed([]);
    }
  }

  #record({ instance, windowMs, points }: SignalReport, nowMs: number): void {
    if (points.length > 0 || instance !== OTLP_INSTANCE)
      this.heard.record(instance, windowMs, nowMs);
    for (const point of points) {
      if (point.signal === "headway.agent.retries") {
        const { agent, dependency, overflow } = point.attributes;
        if (typeof point.value === "number")
          this.raster.record(overflow ? undefined : agent, dependency ?? "", point.value, nowMs);
      } else this.savings.record(point);
    }
  }

  #decided({ decisionsChanged, decisionsEnded, audit }: TenantChange): void {
    this.log.add(audit);
    const { engine } = this.#tenant;
    this.savings.decided(
      decisionsChanged,
      decisionsEnded,
      (id) => engine.dependency(id)?.signals.amplification ?? 1,
    );
  }
}

/** Spans of processes without a hook are told under this name at every tick, also where there are none. */
const OTLP_INSTANCE = "otlp";
