import type { Decision, Mode, Shape } from "./decision.ts";
import type { DecisionDraft } from "./decision-draft.ts";
import type { Ids } from "./ids.ts";

/** A decision that nobody renews is over after this: nothing that is forgotten may hold an agent. */
const LIFETIME_MS = 30_000;
/** A limit that moves by less than this share is the same decision: streams to clients must not chatter. */
const SAME_WITHIN = 0.2;
/** A not-before that moves by less than this is the same one, seen again. */
const SAME_WITHIN_MS = 1_000;
/** One that is only put off is news when half of the way to the new one is gone. */
const NEWS_SHARE = 0.5;

export interface BookContext {
  /** Of decisions whose draft names none. */
  readonly mode: Mode;
  readonly policyVersion: string;
  readonly nowMs: number;
  readonly ids: Ids;
  /** Called once for each decision that is new or changed. */
  readonly nextVersion: () => number;
}

export interface BookChange {
  readonly issued: Decision[];
  readonly changed: Decision[];
  readonly ended: Decision[];
}

/**
 * The decisions that stand for one dependency. Drafts come every tick; the book keeps a decision's id while its scope
 * stays, gives it a new version only when it really changes, and renews its expiry when half of it is spent.
 */
export class DecisionBook {
  #standing = new Map<string, Decision>();

  get decisions(): readonly Decision[] {
    return [...this.#standing.values()];
  }

  update(drafts: readonly DecisionDraft[], context: BookContext): BookChange {
    const change: BookChange = { issued: [], changed: [], ended: [] };
    const standing = new Map<string, Decision>();
    for (const draft of drafts) {
      const key = scopeKey(draft);
      const old = this.#standing.get(key);
      const decision = this.#next(draft, old, context);
      standing.set(key, decision);
      if (!old) change.issued.push(decision);
      else if (decision !== old) change.changed.push(decision);
    }
    for (const [key, old] of this.#standing) if (!standing.has(key)) change.ended.push(old);
    this.#standing = standing;
    return change;
  }

  restore(decisions: readonly Decision[]): void {
    for (const decision of decisions) this.#standing.set(scopeKey(decision), decision);
  }

  #next(draft: DecisionDraft, old: Decision | undefined, context: BookContext): Decision {
    const { nowMs } = context;
    const expiresAtMs = Math.min(nowMs + LIFETIME_MS, draft.untilMs ?? Number.POSITIVE_INFINITY);
    if (old && isSame(old, draft, context)) {
      const isHalfSpent = old.expiresAtMs - nowMs < LIFETIME_MS / 2;
      if (!isHalfSpent || old.expiresAtMs >= expiresAtMs) return old;
    }
    const { untilMs: _, ...wanted } = draft;
    return {
      ...wanted,
      id: old?.id ?? context.ids.next("dec", nowMs),
      version: context.nextVersion(),
      mode: draft.mode ?? context.mode,
      issuedAtMs: old?.issuedAtMs ?? nowMs,
      expiresAtMs,
      policyVersion: context.policyVersion,
    };
  }
}

function scopeKey({ scope: { agent, priority } }: Pick<DecisionDraft, "scope">): string {
  return `${priority.from}-${priority.to}/${agent ?? ""}`;
}

function isSame(old: Decision, draft: DecisionDraft, context: BookContext): boolean {
  const { policyVersion, nowMs } = context;
  return (
    old.mode === (draft.mode ?? context.mode) &&
    old.policyVersion === policyVersion &&
    old.action === draft.action &&
    old.reason.code === draft.reason.code &&
    isSameShape(old.shape, draft.shape) &&
    isSameMoment(old.notBeforeMs ?? nowMs, draft.notBeforeMs ?? nowMs, nowMs)
  );
}

function isSameMoment(old: number, wanted: number, nowMs: number): boolean {
  if (Math.abs(old - wanted) < SAME_WITHIN_MS) return true;
  return wanted > old && old - nowMs > NEWS_SHARE * (wanted - nowMs);
}

function isSameShape(a: Shape = {}, b: Shape = {}): boolean {
  return (
    a.fanOut === b.fanOut &&
    a.retries === b.retries &&
    isClose(a.concurrency, b.concurrency) &&
    isClose(a.ratePerSecond, b.ratePerSecond)
  );
}

function isClose(a: number | undefined, b: number | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return Math.abs(a - b) <= SAME_WITHIN * Math.max(a, b);
}
