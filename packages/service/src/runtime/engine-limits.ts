import type { EngineLimits } from "@headway/core";
import type { RecorderLimits } from "@headway/core/signals";
import type { ServiceLimits } from "../config/config.ts";

const OTLP_OPEN_SPANS_MAX = 100_000;

/** What of the service's limits bounds one tenant's engine. */
export function engineLimitsOf(limits: ServiceLimits): Partial<EngineLimits> {
  const { dependenciesMax, agentsPerDependencyMax, historyWindowsMax, holdMsMax } = limits;
  return { dependenciesMax, agentsPerDependencyMax, historyWindowsMax, holdMsMax };
}

/** One recorder stands for every process that sends OTLP, so its bounds are the service's and not a process'. */
export function recorderLimitsOf(limits: ServiceLimits): Partial<RecorderLimits> {
  return {
    openSpans: OTLP_OPEN_SPANS_MAX,
    dependencies: limits.dependenciesMax,
    agentsPerDependency: limits.agentsPerDependencyMax,
  };
}
