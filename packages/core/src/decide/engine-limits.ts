import type { EngineLimits } from "./engine-types.ts";

/** What an engine keeps to where its shell says nothing else. */
export const ENGINE_LIMITS: EngineLimits = {
  dependenciesMax: 50_000,
  agentsPerDependencyMax: 4_096,
  resolvedDetectionsMax: 1_000,
  leaseMs: 10_000,
  holdMsMax: 24 * 3_600_000,
  historyMs: 15 * 60_000,
  historyWindowsMax: 1_000_000,
};
