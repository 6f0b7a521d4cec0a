import type { DependencyState, DependencyView } from "@headway/core";
import { Gauge, Registry } from "prom-client";

/** The busiest are told, the rest are counted: a Prometheus series a dependency would otherwise grow with the fleet. */
const DEPENDENCIES_MAX = 200;

const STATES: readonly DependencyState[] = [
  "unknown",
  "healthy",
  "degraded",
  "failing",
  "recovering",
];

/**
 * The headline numbers of each dependency, made at the scrape for the tenant whose token scrapes: nobody sees another
 * tenant's dependencies.
 */
export class DependencyGauges {
  readonly #dependenciesOf: (tenant: string) => readonly DependencyView[];
  readonly #dependenciesMax: number;

  constructor(options: {
    readonly dependenciesOf: (tenant: string) => readonly DependencyView[];
    readonly dependenciesMax?: number;
  }) {
    this.#dependenciesOf = options.dependenciesOf;
    this.#dependenciesMax = options.dependenciesMax ?? DEPENDENCIES_MAX;
  }

  async metrics(tenant: string): Promise<string> {
    const all = this.#dependenciesOf(tenant).toSorted((a, b) => rateOf(b) - rateOf(a));
    const told = all.slice(0, this.#dependenciesMax);
    const registry = new Registry();
    addGauge(registry, "headway_dependencies", "Dependencies known.", [[{}, all.length]]);
    addGauge(registry, "headway_dependencies_untold", "Dependencies too quiet to be told here.", [
      [{}, all.length - told.length],
    ]);
    for (const [name, help, valueOf] of HEADLINES) {
      addGauge(
        registry,
        name,
        help,
        told.map((view) => [{ dependency: view.id }, valueOf(view)]),
      );
    }
    const states = told.flatMap((view) =>
      STATES.map(
        (state) => [{ dependency: view.id, state }, view.state === state ? 1 : 0] as const,
      ),
    );
    addGauge(registry, "headway_dependency_state", "1 for the state the dependency is in.", states);
    return registry.metrics();
  }
}

const HEADLINES: readonly (readonly [
  name: string,
  help: string,
  valueOf: (view: DependencyView) => number,
])[] = [
  ["headway_dependency_calls_per_second", "Calls.", ({ signals }) => signals.callsPerSecond],
  [
    "headway_dependency_attempts_per_second",
    "Attempts.",
    ({ signals }) => signals.attemptsPerSecond,
  ],
  [
    "headway_dependency_amplification",
    "Attempts per call.",
    ({ signals }) => signals.amplification,
  ],
  [
    "headway_dependency_error_share",
    "Share of attempts that failed.",
    ({ signals }) => signals.errorShare,
  ],
  [
    "headway_dependency_throttled_share",
    "Share of attempts that were throttled.",
    ({ signals }) => signals.throttledShare,
  ],
  ["headway_dependency_in_flight", "Attempts open.", ({ signals }) => signals.inFlight],
  [
    "headway_dependency_latency_p95_seconds",
    "95th percentile of the attempts that ended ok.",
    ({ signals }) => signals.latencyMs.p95 / 1000,
  ],
  ["headway_dependency_decisions", "Decisions in force.", ({ decisions }) => decisions.length],
  ["headway_dependency_detections", "Detections open.", ({ detections }) => detections.length],
];

function addGauge(
  registry: Registry,
  name: string,
  help: string,
  points: readonly (readonly [labels: Record<string, string>, value: number])[],
): void {
  const gauge = new Gauge({
    name,
    help,
    labelNames: ["dependency", "state"],
    registers: [registry],
  });
  for (const [labels, value] of points) gauge.set(labels, value);
}

function rateOf({ signals }: DependencyView): number {
  return signals.attemptsPerSecond;
}
