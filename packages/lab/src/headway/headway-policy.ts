import { Engine } from "@headway/core";
import type { DetectionKind, Detector, EngineOptions } from "@headway/core";
import { createDetectors } from "@headway/core/detect";
import type { Fleet } from "../policies/policy.ts";
import type { CoordinationSpec } from "../scenario/scenario.ts";
import type { Coordinated, CoordinatedPolicy } from "./coordinated.ts";
import { CoordinationPath } from "./coordination-path.ts";
import { enginePolicy } from "./engine-policy.ts";
import type { EnginePolicyOptions } from "./engine-policy.ts";

export interface HeadwayPolicyOptions extends EnginePolicyOptions {
  readonly name?: string;
  readonly engine?: Partial<EngineOptions>;
  /** Detections that nobody looks for: what is each of them worth? */
  readonly without?: readonly DetectionKind[];
  /** False: processes report every interval and never before. */
  readonly sendsEarly?: boolean;
}

/**
 * Headway itself: the engine, the hook's gates and waiting rooms, the retry rule and the recorder of the product, unchanged, under
 * virtual time. No call passes the engine; only reports and decisions travel, over `coordination`.
 */
export function createHeadwayPolicy(
  coordination: CoordinationSpec,
  options: HeadwayPolicyOptions = {},
): CoordinatedPolicy {
  return {
    name: options.name ?? "headway",
    title: "Headway",
    source: "this project: @headway/core and @headway/sdk",
    kind: "decisions",
    create: (fleet) => guardFleet(fleet, coordination, options),
  };
}

function guardFleet(
  fleet: Fleet,
  coordination: CoordinationSpec,
  options: HeadwayPolicyOptions,
): Coordinated {
  const engine = new Engine({
    tenant: "default",
    policy: enginePolicy(fleet.dependencies, options),
    random: fleet.random("headway/engine"),
    ...(options.without ? { detectors: () => detectorsBut(options.without ?? []) } : {}),
    ...options.engine,
  });
  const path = new CoordinationPath({
    fleet,
    coordination,
    engine,
    sendsEarly: options.sendsEarly ?? true,
  });
  return {
    guardOf: (process) => path.hookOf(process),
    account: () => path.account,
    get issued() {
      return path.issued;
    },
  };
}

function detectorsBut(without: readonly DetectionKind[]): Detector[] {
  return createDetectors().filter(({ kind }) => !without.includes(kind));
}
