import type { Action, Decision, DecisionReason, Lease, Mode, Scope, Shape } from "@headway/core";
import type { IdentityRule, Priority } from "@headway/core/signals";
import type { DecisionMessage } from "../gate/decision-message.ts";

type Fields = Readonly<Record<string, unknown>>;
type ToMs = (iso: unknown) => number | undefined;

const ACTIONS: readonly Action[] = ["proceed", "shape", "defer", "hold", "shed"];
const MODES: readonly Mode[] = ["observe", "advise", "enforce"];

/**
 * Reads a message of the service, as text, into this process' terms. Undefined: it is no message of ours.
 *
 * Times are read relative to the message's own `serverTime`, so that the clocks of the two machines need not agree. A decision
 * or lease that cannot be understood is left out and the rest is kept; an action from the future means `proceed`, and a mode
 * from the future is not enforced.
 */
export function parseMessage(
  kind: DecisionMessage["kind"],
  text: string,
  nowMs: number,
): DecisionMessage | undefined {
  const fields = parseObject(text);
  const serverTimeMs = parseTime(fields?.["serverTime"]);
  if (fields === undefined || serverTimeMs === undefined) return undefined;
  const toMs: ToMs = (iso) => {
    const ms = parseTime(iso);
    return ms === undefined ? undefined : nowMs + (ms - serverTimeMs);
  };
  const { leases, identities } = fields;
  return {
    kind,
    version: numberOr(fields["version"], 0),
    decisions: listOf(fields["decisions"], (item) => parseDecision(item, toMs)),
    ended: listOf(fields["ended"], (item) => (typeof item === "string" ? item : undefined)),
    leases: Array.isArray(leases) ? listOf(leases, (item) => parseLease(item, toMs)) : undefined,
    identities: Array.isArray(identities) ? listOf(identities, parseIdentity) : undefined,
  };
}

function parseObject(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isFields(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function parseDecision(value: unknown, toMs: ToMs): Decision | undefined {
  if (!isFields(value)) return undefined;
  const { id, action } = value;
  const scope = parseScope(value["scope"]);
  const expiresAtMs = toMs(value["expiresAt"]);
  if (typeof id !== "string" || typeof action !== "string") return undefined;
  if (scope === undefined || expiresAtMs === undefined) return undefined;
  const shape = parseShape(value["shape"]);
  const notBeforeMs = toMs(value["notBefore"]);
  const spreadMs = value["spreadMs"];
  return {
    id,
    version: numberOr(value["version"], 0),
    mode: MODES.find((mode) => mode === value["mode"]) ?? "observe",
    scope,
    action: ACTIONS.find((known) => known === action) ?? "proceed",
    ...(shape === undefined ? {} : { shape }),
    ...(notBeforeMs === undefined ? {} : { notBeforeMs }),
    ...(isAmount(spreadMs) ? { spreadMs } : {}),
    reason: parseReason(value["reason"]),
    issuedAtMs: toMs(value["issuedAt"]) ?? 0,
    expiresAtMs,
    policyVersion: stringOr(value["policyVersion"], ""),
  };
}

function parseScope(value: unknown): Scope | undefined {
  if (!isFields(value) || typeof value["dependency"] !== "string") return undefined;
  const { tenant, dependency, agent, priority } = value;
  const range = isFields(priority) ? priority : {};
  return {
    tenant: stringOr(tenant, "default"),
    dependency,
    ...(typeof agent === "string" ? { agent } : {}),
    priority: { from: priorityOr(range["from"], 1), to: priorityOr(range["to"], 5) },
  };
}

function parseShape(value: unknown): Shape | undefined {
  if (!isFields(value)) return undefined;
  const { concurrency, ratePerSecond, fanOut, retries } = value;
  return {
    ...(isAmount(concurrency) ? { concurrency } : {}),
    ...(isAmount(ratePerSecond) ? { ratePerSecond } : {}),
    ...(isAmount(fanOut) ? { fanOut } : {}),
    ...(isAmount(retries) ? { retries } : {}),
  };
}

function parseReason(value: unknown): DecisionReason {
  const fields = isFields(value) ? value : {};
  return {
    code: stringOr(fields["code"], "unknown"),
    summary: stringOr(fields["summary"], ""),
    detections: listOf(fields["detections"], (id) => (typeof id === "string" ? id : undefined)),
  };
}

function parseLease(value: unknown, toMs: ToMs): Lease | undefined {
  if (!isFields(value)) return undefined;
  const { dependency, amount, ratePerSecond, probe, safe } = value;
  const expiresAtMs = toMs(value["expiresAt"]);
  if (typeof dependency !== "string" || !isAmount(amount) || expiresAtMs === undefined) {
    return undefined;
  }
  return {
    dependency,
    amount,
    ...(isAmount(ratePerSecond) ? { ratePerSecond } : {}),
    probe: probe === true,
    expiresAtMs,
    refreshAfterMs: toMs(value["refreshAfter"]) ?? expiresAtMs,
    safe: isAmount(safe) ? safe : amount,
  };
}

function parseIdentity(value: unknown): IdentityRule | undefined {
  if (!isFields(value) || !isFields(value["when"])) return undefined;
  const { dependency } = value;
  const when: [string, string][] = [];
  for (const [key, wanted] of Object.entries(value["when"])) {
    if (typeof wanted !== "string") return undefined;
    when.push([key, wanted]);
  }
  if (typeof dependency !== "string") return undefined;
  return { when: Object.fromEntries(when), dependency };
}

function listOf<T>(value: unknown, parse: (item: unknown) => T | undefined): readonly T[] {
  if (!Array.isArray(value)) return [];
  return value.map((item: unknown) => parse(item)).filter((item) => item !== undefined);
}

function parseTime(value: unknown): number | undefined {
  const ms = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}

function priorityOr(value: unknown, fallback: Priority): Priority {
  switch (value) {
    case 1:
    case 2:
    case 3:
    case 4:
    case 5:
      return value;
    default:
      return fallback;
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isAmount(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

function numberOr(value: unknown, fallback: number): number {
  return typeof value === "number" && Number.isFinite(value) ? value : fallback;
}

function stringOr(value: unknown, fallback: string): string {
  return typeof value === "string" ? value : fallback;
}
