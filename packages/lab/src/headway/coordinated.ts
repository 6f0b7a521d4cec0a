import type { Decision } from "@headway/core";
import type { FleetPolicy } from "../policies/policy.ts";

/** A decision when it was first issued, or took another action. */
export interface IssuedDecision {
  readonly atMs: number;
  readonly id: string;
  readonly dependency: string;
  readonly action: Decision["action"];
  readonly reason: string;
}

/** A policy whose coordinator decides tells what, beside what all coordinators account for. */
export interface Coordinated {
  readonly issued: readonly IssuedDecision[];
  /** Processes that report but obey nothing. */
  readonly disobeying: number;
}

export function isCoordinated(policy: FleetPolicy): policy is FleetPolicy & Coordinated {
  return "issued" in policy;
}
