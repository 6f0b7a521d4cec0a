import { ALLOWED_ATTRIBUTES, isAllowed } from "@headway/core/signals";
import type { IdentityRule, Priority } from "@headway/core/signals";
import { POLICY_DEFAULT } from "@headway/core";
import type { Action, DependencyPolicy, Mode, Policy, PolicyRule } from "@headway/core";
import { unknownKey } from "../config/nearest.ts";
import type { NumberRange, YamlNode } from "../config/yaml-node.ts";

export const POLICY_SECTIONS = ["defaults", "dependencies", "identities"] as const;

export type PolicyNodes = ReadonlyMap<string, YamlNode>;

const MODES: readonly Mode[] = ["observe", "advise", "enforce"];
const ACTIONS: readonly Action[] = ["proceed", "shape", "defer", "hold", "shed"];
const PRIORITIES_PROTECTED: readonly (Priority | 0)[] = [0, 1, 2, 3, 4, 5];

const COUNT: NumberRange = { min: 1, max: 1_000_000, integer: true };
const RATE: NumberRange = { min: 0.001, max: 1_000_000, integer: false };
const TIMEOUT_MS: NumberRange = { min: 1, max: 86_400_000, integer: true };
const PROTECTED: NumberRange = { min: 0, max: 5, integer: true };

const PATTERN = /^(\*|[a-z*][a-z0-9_*-]*:(?!\s)\P{Cc}{1,255})$/u;
const DEPENDENCY = /^[a-z][a-z0-9_-]*:(?!\s)\P{Cc}{1,255}$/u;

/** What a file, or one tenant in it, says; `base` is what holds where it says nothing. Its own rules come first. */
export function policyOf(
  nodes: PolicyNodes,
  version: string,
  base: Policy = POLICY_DEFAULT,
): Policy {
  const defaults = nodes.get("defaults");
  const dependencies = nodes.get("dependencies");
  const identities = nodes.get("identities");
  return {
    version,
    defaults: { ...base.defaults, ...(defaults === undefined ? {} : dependencyPolicyOf(defaults)) },
    rules: [...(dependencies?.entries().map(ruleOf) ?? []), ...base.rules],
    identities: [...(identities?.items().map(identityOf) ?? []), ...base.identities],
  };
}

function ruleOf([dependency, node]: readonly [string, YamlNode]): PolicyRule {
  if (!PATTERN.test(dependency))
    node.fail("ERR_CONFIG_RANGE", 'must be named "kind:name", in which * stands for anything');
  return { dependency, policy: dependencyPolicyOf(node) };
}

const FIELDS = [
  "mode",
  "actions",
  "concurrencyMax",
  "ratePerSecondMax",
  "timeoutMs",
  "protectedPriority",
  "fanOutMax",
] as const satisfies readonly (keyof DependencyPolicy)[];

function dependencyPolicyOf(node: YamlNode): Partial<DependencyPolicy> {
  const fields = node.fields(FIELDS);
  const mode = fields.get("mode");
  const actions = fields.get("actions");
  const concurrencyMax = fields.get("concurrencyMax");
  const ratePerSecondMax = fields.get("ratePerSecondMax");
  const timeoutMs = fields.get("timeoutMs");
  const protectedPriority = fields.get("protectedPriority");
  const fanOutMax = fields.get("fanOutMax");
  return {
    ...(mode && { mode: mode.oneOf(MODES) }),
    ...(actions && { actions: actionsOf(actions) }),
    ...(concurrencyMax && { concurrencyMax: concurrencyMax.number(COUNT) }),
    ...(ratePerSecondMax && { ratePerSecondMax: ratePerSecondMax.number(RATE) }),
    ...(timeoutMs && { timeoutMs: timeoutMs.number(TIMEOUT_MS) }),
    ...(protectedPriority && { protectedPriority: priorityOf(protectedPriority) }),
    ...(fanOutMax && { fanOutMax: fanOutMax.number(COUNT) }),
  };
}

/** `proceed` needs no permission: it is what happens without Headway. */
function actionsOf(node: YamlNode): readonly Action[] {
  return [...new Set<Action>(["proceed", ...node.items().map((item) => item.oneOf(ACTIONS))])];
}

function priorityOf(node: YamlNode): Priority | 0 {
  const value = node.number(PROTECTED);
  return PRIORITIES_PROTECTED.find((priority) => priority === value) ?? 0;
}

function identityOf(node: YamlNode): IdentityRule {
  const fields = node.fields(["when", "dependency"]);
  const when = fields.get("when")?.entries() ?? [];
  const dependency = fields.get("dependency");
  if (dependency === undefined || when.length === 0)
    return node.fail("ERR_CONFIG_TYPE", "must have when and dependency");
  if (!DEPENDENCY.test(dependency.text()))
    dependency.fail("ERR_CONFIG_RANGE", 'must be "kind:name"');
  return { when: Object.fromEntries(when.map(conditionOf)), dependency: dependency.text() };
}

/** Keys outside the allow-list are never read of a span, so a rule over one could never match. */
function conditionOf([key, node]: readonly [string, YamlNode]): [string, string] {
  if (!isAllowed(key)) throw unknownKey(node.path, key, ALLOWED_ATTRIBUTES, node.where);
  return [key, node.text()];
}
