import type { DependencyPolicy, Policy } from "./policy.ts";

type Resolved = { -readonly [K in keyof DependencyPolicy]: DependencyPolicy[K] };

/**
 * What the operator's file says of one dependency. Field by field: for each, the first rule that matches and names it
 * wins over `defaults`, so that a general rule below can fill what a particular one above leaves open.
 */
export function resolvePolicy({ defaults, rules }: Policy, dependency: string): DependencyPolicy {
  const resolved: Resolved = { ...defaults };
  // Last to first, so that the first rule has the last word.
  for (const rule of rules.toReversed()) {
    if (matchesPattern(rule.dependency, dependency)) Object.assign(resolved, rule.policy);
  }
  return resolved;
}

/**
 * `*` stands for any run of characters, none included. Walks both strings once and backs up only to the last star
 * (no regular expression: a pattern of many stars must not be able to stop the tick).
 */
export function matchesPattern(pattern: string, name: string): boolean {
  let [at, from, star, restart] = [0, 0, -1, 0];
  while (from < name.length) {
    if (pattern[at] === "*") {
      star = at;
      restart = from;
      at += 1;
    } else if (at < pattern.length && pattern[at] === name[from]) {
      at += 1;
      from += 1;
    } else if (star >= 0) {
      at = star + 1;
      restart += 1;
      from = restart;
    } else {
      return false;
    }
  }
  while (pattern[at] === "*") at += 1;
  return at === pattern.length;
}
