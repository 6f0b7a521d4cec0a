import type { Decision } from "@headway/core";
import type { Fleet, FleetPolicy, Policy } from "../policies/policy.ts";

/** A decision when it was first issued, or took another action. */
export interface IssuedDecision {
  readonly atMs: number;
  readonly id: string;
  readonly dependency: string;
  readonly action: Decision["action"];
  readonly reason: string;
}

/** Headway in one run tells what was decided, beside what all coordinators account for. */
export interface Coordinated extends FleetPolicy {
  readonly issued: readonly IssuedDecision[];
}

export interface CoordinatedPolicy extends Policy {
  create(fleet: Fleet): Coordinated;
}
