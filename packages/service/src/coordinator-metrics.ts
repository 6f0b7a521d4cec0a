import { Counter, Gauge } from "prom-client";
import type { Registry } from "prom-client";
import type { CoordinatorStats } from "./runtime/coordinator.ts";

type StatName = keyof CoordinatorStats;

const COUNTERS: readonly (readonly [name: string, help: string, stat: StatName])[] = [
  ["headway_ticks_total", "Evaluations, one a tenant.", "ticks"],
  ["headway_ticks_failed_total", "Evaluations that failed.", "ticksFailed"],
  ["headway_store_commits_total", "Writes to the store.", "storeCommits"],
  ["headway_store_failures_total", "Writes that the store refused.", "storeFailures"],
  [
    "headway_audit_dropped_total",
    "Audit entries lost because the store refused them for too long.",
    "auditDropped",
  ],
  [
    "headway_dependencies_refused_total",
    "Reports of dependencies over the limit, which are not watched.",
    "dependenciesRefused",
  ],
  [
    "headway_agents_overflowed_total",
    "Reports of agents over the limit of their dependency, known in aggregate only.",
    "agentsOverflowed",
  ],
  [
    "headway_sse_refused_total",
    "Streams and held answers refused: the limit was reached.",
    "clientsRefused",
  ],
  ["headway_sse_dropped_total", "Streams cut because their reader was too slow.", "clientsDropped"],
];

const GAUGES: readonly (readonly [name: string, help: string, stat: StatName])[] = [
  ["headway_tenants", "Tenants heard from.", "tenants"],
  ["headway_instances", "Processes connected.", "instances"],
  ["headway_sse_clients", "Open streams and held answers.", "clientsOpen"],
  [
    "headway_tick_age_seconds",
    "Since the last evaluation began. One that stands still renews no decisions.",
    "tickAgeSeconds",
  ],
  [
    "headway_tick_duration_ms",
    "How long the last evaluation of all tenants took.",
    "tickDurationMs",
  ],
];

/** The coordinator counts for itself; this reads its numbers when Prometheus asks. */
export function addCoordinatorMetrics(registry: Registry, stats: () => CoordinatorStats): void {
  for (const [name, help, stat] of COUNTERS) {
    const counter: Counter = new Counter({
      name,
      help,
      registers: [registry],
      collect: () => {
        counter.reset();
        counter.inc(stats()[stat]);
      },
    });
  }
  for (const [name, help, stat] of GAUGES) {
    const gauge: Gauge = new Gauge({
      name,
      help,
      registers: [registry],
      collect: () => gauge.set(stats()[stat]),
    });
  }
}
