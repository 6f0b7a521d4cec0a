import { HeadwayError } from "../headway-error.ts";
import type { Override } from "./decision.ts";
import type { DecisionDraft } from "./decision-draft.ts";

/** The operator's hand, by dependency: one override each. */
export class Overrides {
  readonly #byDependency = new Map<string, Override>();
  readonly #lifetimeMsMax: number;

  constructor(lifetimeMsMax: number) {
    this.#lifetimeMsMax = lifetimeMsMax;
  }

  /** Returns what stands: the same with its end brought within the longest life there may be. */
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
    const standing = {
      ...override,
      untilMs: Math.min(override.untilMs, nowMs + this.#lifetimeMsMax),
    };
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

/** It speaks for everybody: nothing of the engine's own judgement is left to act beside it. */
export function coversAll({ priority }: Override): boolean {
  return priority.from === 1 && priority.to === 5;
}

/** What an override asks for, as a decision. It acts in every mode: whoever gives it by hand means it. */
export function overrideDraft(override: Override, tenant: string): DecisionDraft {
  const { dependency, priority, action, untilMs, why, by, shape } = override;
  const common = {
    scope: { tenant, dependency, priority },
    reason: { code: "override", summary: `${by}: ${why}`, detections: [] },
    untilMs,
    mode: "enforce",
  } as const;
  switch (action) {
    case "hold":
      return { ...common, action: "hold", notBeforeMs: untilMs, spreadMs: SPREAD_MS };
    case "proceed":
      return { ...common, action: "proceed" };
    case "limit":
      return { ...common, action: "shape", shape: shape ?? {} };
  }
}
