import { Type } from "typebox";
import type { TSchema } from "typebox";

/** Parts that several routes share. Answers name their enums in words only: they are open, and may grow. */

const Nullable = {
  String: (description: string) =>
    Type.Unsafe<string | null>({ type: ["string", "null"], description }),
  Number: (description: string) =>
    Type.Unsafe<number | null>({ type: ["number", "null"], description }),
};

export const Dependency = Type.String({
  minLength: 3,
  maxLength: 512,
  // Control characters would end up in logs, headers and terminals of whoever reads the name.
  pattern: String.raw`^[^:\s\u0000-\u001f\u007f-\u009f]+:(?!\s)[^\u0000-\u001f\u007f-\u009f]+$`,
  description: "`kind:name`, such as `tool:idp_lookup`.",
});

export const Name = Type.String({ minLength: 1, maxLength: 256 });

export const PriorityNumber = Type.Integer({
  minimum: 1,
  maximum: 5,
  description: "1 critical, 2 high, 3 normal, 4 low, 5 background.",
});

const Instant = Type.String({
  description: "RFC 3339, on the service's clock: compare with `serverTime`.",
});

const PriorityRange = Type.Object({ from: PriorityNumber, to: PriorityNumber });

export const Shape = Type.Object(
  {
    concurrency: Type.Optional(
      Type.Number({ minimum: 0, description: "Attempts in flight, over the whole fleet." }),
    ),
    ratePerSecond: Type.Optional(Type.Number({ minimum: 0 })),
    fanOut: Type.Optional(
      Type.Number({ minimum: 0, description: "Calls that one parent may have open at once." }),
    ),
    retries: Type.Optional(
      Type.Number({ minimum: 0, description: "Retries that a call may still make." }),
    ),
  },
  { additionalProperties: false },
);

const Reason = Type.Object({
  code: Type.String({
    description: "A detection's kind, or `standing_bound`, `override`, `limit`, `probing`, `ramp`.",
  }),
  summary: Type.String(),
  detections: Type.Array(Type.String()),
});

const Action = Type.String({
  description: "proceed, shape, defer, hold or shed; one you do not know means proceed.",
});

const Mode = Type.String({
  description: "observe, advise or enforce. Only `enforce` is meant to be obeyed.",
});

export const Decision = Type.Object({
  id: Type.String(),
  version: Type.Integer(),
  mode: Mode,
  scope: Type.Object({
    tenant: Type.String(),
    dependency: Type.String(),
    agent: Type.Optional(Type.String()),
    priority: PriorityRange,
  }),
  action: Action,
  shape: Type.Optional(Shape),
  notBefore: Type.Optional(Instant),
  spreadMs: Type.Optional(Type.Number()),
  reason: Reason,
  issuedAt: Instant,
  expiresAt: Instant,
  policyVersion: Type.String(),
});

const Lease = Type.Object({
  dependency: Type.String(),
  amount: Type.Number({ description: "Attempts this process may have in flight." }),
  ratePerSecond: Type.Optional(Type.Number()),
  probe: Type.Boolean(),
  expiresAt: Instant,
  refreshAfter: Instant,
  safe: Type.Number({
    description: "What the holder may use once the lease ran out and the service is silent.",
  }),
});

const Identity = Type.Object({
  when: Type.Record(Type.String(), Type.String()),
  dependency: Type.String(),
});

export const Snapshot = Type.Object({
  version: Type.Integer(),
  serverTime: Instant,
  decisions: Type.Array(Decision),
  leases: Type.Optional(Type.Array(Lease)),
  identities: Type.Array(Identity),
});

export const Verdict = Type.Object({
  action: Action,
  retryAfterMs: Type.Number({ description: "0: go." }),
  decisionId: Nullable.String("The decision it follows from."),
  mode: Mode,
  reason: Type.Unsafe<Record<string, unknown> | null>({ ...Reason, type: ["object", "null"] }),
  shape: Type.Optional(Shape),
  lease: Type.Null({ description: "Leases are for processes with a stream or a long-poll." }),
  serverTime: Instant,
});

const Latency = Type.Object({ p50: Type.Number(), p95: Type.Number(), p99: Type.Number() });

const Counts = Type.Object({
  calls: Type.Number(),
  attempts: Type.Number(),
  retries: Type.Number(),
});

export const DependencySchema = Type.Object({
  id: Type.String(),
  tenant: Type.String(),
  state: Type.String({ description: "unknown, healthy, degraded, failing or recovering." }),
  signals: Type.Object({
    windowMs: Type.Number(),
    callsPerSecond: Type.Number(),
    attemptsPerSecond: Type.Number(),
    amplification: Type.Number({ description: "Attempts per call." }),
    errorShare: Type.Number(),
    throttledShare: Type.Number(),
    retryShare: Type.Number(),
    inFlight: Type.Number(),
    agents: Type.Number(),
    latencyMs: Latency,
    totals: Counts,
  }),
  decisions: Type.Array(Type.String()),
  detections: Type.Array(Type.String()),
});

export const Detection = Type.Object({
  id: Type.String(),
  kind: Type.String(),
  tenant: Type.String(),
  dependency: Type.String(),
  agent: Type.Optional(Type.String()),
  workflow: Type.Optional(Type.String()),
  state: Type.String({ description: "pending, firing or resolved." }),
  startedAt: Instant,
  firedAt: Nullable.String("RFC 3339."),
  resolvedAt: Nullable.String("RFC 3339."),
  severity: Type.Number({ description: "0 to 1: how bad, not how sure." }),
  summary: Type.String(),
  evidence: Type.Object(
    {},
    { additionalProperties: true, description: "What was measured, against what, over how long." },
  ),
});

export const Window = Type.Object({
  endsAt: Instant,
  windowMs: Type.Number(),
  calls: Type.Number(),
  attempts: Type.Number(),
  retries: Type.Number(),
  outcomes: Type.Record(Type.String(), Type.Number()),
  inFlight: Type.Number(),
  waiting: Type.Number(),
  agents: Type.Number(),
  instances: Type.Number(),
  bound: Nullable.Number("The fleet's allowance of attempts in flight; null while none is known."),
  latencyMs: Type.Unsafe<Record<string, number> | null>({ ...Latency, type: ["object", "null"] }),
});

export const Graph = Type.Object({
  nodes: Type.Array(Type.Object({ id: Type.String(), kind: Type.String(), state: Type.String() })),
  edges: Type.Array(
    Type.Object({
      from: Type.String(),
      to: Type.String(),
      callsPerSecond: Type.Number(),
      amplification: Type.Number(),
    }),
  ),
});

export const Override = Type.Object({
  dependency: Type.String(),
  action: Type.String({ description: "hold, proceed or limit." }),
  shape: Type.Optional(Shape),
  priority: PriorityRange,
  until: Instant,
  why: Type.String(),
  by: Type.String({ description: "The name of the token that set it." }),
});

export const Audit = Type.Object({
  at: Instant,
  kind: Type.String(),
  dependency: Nullable.String("What it was about."),
  by: Type.String({ description: "A token's name, or `headway`." }),
  summary: Type.String(),
  id: Nullable.String("Of the decision or detection."),
});

const ProblemSchema = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    code: Type.String({ description: "Stable: match on it." }),
  },
  { description: "RFC 9457." },
);

/** One page; `next` is the cursor of the one after it. */
export function pageOf<Item extends TSchema>(item: Item) {
  return Type.Object({
    items: Type.Array(item),
    next: Nullable.String("Pass as `cursor`; null on the last page."),
  });
}

export const PAGE_LIMIT_DEFAULT = 100;
const PAGE_LIMIT_MAX = 1_000;

export const PageQuery = {
  limit: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: PAGE_LIMIT_MAX,
      description: `Default ${PAGE_LIMIT_DEFAULT}.`,
    }),
  ),
  cursor: Type.Optional(
    Type.String({ minLength: 1, maxLength: 1_024, description: "`next` of the page before." }),
  ),
};

/** Fields other than these are mistakes of the caller, and are told so. */
export const STRICT = { additionalProperties: false } as const;

/** The answers of a route: its own, and the problems that any may end in. */
export function answers<Own extends Record<string, TSchema>>(
  own: Own,
): Own & Record<"4xx" | "5xx", TSchema> {
  return {
    ...own,
    "4xx": problem("The request cannot be answered."),
    "5xx": problem("The service cannot answer now."),
  };
}

/** A refusal or an error, as every route gives it. */
export function problem(description: string): TSchema {
  return answerOf("application/problem+json", ProblemSchema, description);
}

/** An answer of a media type other than plain JSON. */
export function answerOf(mediaType: string, schema: TSchema, description: string): TSchema {
  return Type.Unsafe<unknown>({ description, content: { [mediaType]: { schema } } });
}
