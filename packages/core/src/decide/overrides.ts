import { HeadwayError } from "../headway-error.ts";
import type { Override } from "./decision.ts";
import type { DecisionDraft } from "./decision-draft.ts";

/** An operator's word is for a day at most: what is meant for longer belongs in the policy file. */
const LIFETIME_MS_MAX = 24 * 3_600_000;

/** The operator's hand, by dependency: one override each. */
export class Overrides {
  readonly #byDependency = new Map<string, Override>();

  /** Returns what stands: the same with its end brought within a day. */
  set(override: Override, nowMs: number): Override {
    const { from, to } = override.priority;
    if (from > to) {
      throw new HeadwayError(
        "ERR_CONFIG_RANGE",
        `priority.from must be at most priority.to, got ${from} and ${to}`,
      );
    }
    if (!(override.untilMs > nowMs)) {
      throw new HeadwayError(
        "ERR_CONFIG_RANGE",
        `untilMs must be after now (${nowMs}), got ${override.untilMs}`,
      );
    }
    const standing = { ...override, untilMs: Math.min(override.untilMs, nowMs + LIFETIME_MS_MAX) };
    this.#byDependency.set(override.dependency, standing);
    return standing;
  }

  get(dependency: string): Override | undefined {
    return this.#byDependency.get(dependency);
  }

  delete(dependency: string): boolean {
    return this.#byDependency.delete(dependency);
  }

  all(): readonly Override[] {
    return [...this.#byDependency.values()];
  }

  /** Removes and returns those whose time is over. */
  expire(nowMs: number): Override[] {
    const over = this.all().filter(({ untilMs }) => untilMs <= nowMs);
    for (const { dependency } of over) this.#byDependency.delete(dependency);
    return over;
  }
}

const SPREAD_MS = 4_000;

/** What an override asks for, as a decision. */
export function overrideDraft(override: Override, tenant: string): DecisionDraft {
  const { dependency, priority, action, untilMs, why, by, shape } = override;
  const common = {
    scope: { tenant, dependency, priority },
    reason: { code: "override", summary: `${by}: ${why}`, detections: [] },
    untilMs,
  };
  switch (action) {
    case "hold":
      return { ...common, action: "hold", notBeforeMs: untilMs, spreadMs: SPREAD_MS };
    case "proceed":
      return { ...common, action: "proceed" };
    case "limit":
      return { ...common, action: "shape", shape: shape ?? {} };
  }
}
