export { POLICY_DEFAULT } from "@headway/core";
export type { DependencyPolicy, Policy, PolicyRule } from "@headway/core";
export { createHeadway } from "../create-headway.ts";
export type { HeadwayOptions } from "../create-headway.ts";
