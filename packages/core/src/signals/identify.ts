import {
  isAllowedAttribute,
  isAllowedResourceAttribute,
  type AttributeKey,
  type ResourceKey,
} from "./allow-list.ts";
import { readString } from "./attribute-reader.ts";
import { aiSdkLegacy } from "./conventions/ai-sdk-legacy.ts";
import type { Convention } from "./conventions/convention.ts";
import { database } from "./conventions/database.ts";
import { bullmq, dbos, inngest, restate, temporal } from "./conventions/durable.ts";
import { genAi } from "./conventions/gen-ai.ts";
import { http } from "./conventions/http.ts";
import { mcp } from "./conventions/mcp.ts";
import { messaging } from "./conventions/messaging.ts";
import { openInference } from "./conventions/open-inference.ts";
import { rpc } from "./conventions/rpc.ts";
import { traceloop } from "./conventions/traceloop.ts";
import { server } from "./conventions/server.ts";
import { UNRECOGNISED, type Identity } from "./identity.ts";
import type { IdentityRule } from "./identity-rule.ts";
import { cleanName } from "./name.ts";
import type { SpanView } from "./span-view.ts";

/**
 * The order is the precedence: what serves a request is never a call; MCP before GenAI because a `tools/call` carries
 * both; GenAI before the transports because some SDKs put both into one span; the rarest last.
 */
const CONVENTIONS: readonly Convention[] = [
  server,
  mcp,
  genAi,
  http,
  openInference,
  traceloop,
  database,
  rpc,
  aiSdkLegacy,
  bullmq,
  restate,
  inngest,
  dbos,
  temporal,
  messaging,
];

/** What a span is, as far as its attributes tell by now. */
export function identify(span: SpanView, rules: readonly CompiledRule[] = []): Identity {
  const identity = byConvention(span);
  for (const rule of rules) {
    if (matches(rule, span)) return ruled(identity, rule);
  }
  return identity;
}

export interface CompiledRule {
  readonly attributes: readonly (readonly [AttributeKey, string])[];
  readonly resource: readonly (readonly [ResourceKey, string])[];
  readonly dependency: string;
}

/** Conditions that can never hold, or hold always, make no rule: a key outside the allow-list is never read. */
export function compileRules(rules: readonly IdentityRule[]): readonly CompiledRule[] {
  return rules.flatMap((rule) => {
    const entries = Object.entries(rule.when);
    const known =
      entries.length > 0 &&
      entries.every(([key]) => isAllowedAttribute(key) || isAllowedResourceAttribute(key));
    if (!known) return [];
    return {
      attributes: entries.flatMap(([key, value]) =>
        isAllowedAttribute(key) ? [[key, value] as const] : [],
      ),
      resource: entries.flatMap(([key, value]) =>
        isAllowedResourceAttribute(key) ? [[key, value] as const] : [],
      ),
      dependency: cleanName(rule.dependency),
    };
  });
}

function byConvention(span: SpanView): Identity {
  for (const convention of CONVENTIONS) {
    const identity = convention(span);
    if (identity !== undefined) return identity;
  }
  return UNRECOGNISED;
}

function matches({ attributes, resource }: CompiledRule, span: SpanView): boolean {
  return (
    attributes.every(([key, value]) => readString(span.attributes, key) === value) &&
    resource.every(([key, value]) => readString(span.resource, key) === value)
  );
}

/** A rule names the dependency; whether the span is the call or one attempt of it stays as the conventions say. */
function ruled(identity: Identity, { dependency }: CompiledRule): Identity {
  if (identity.layer === "call" || identity.layer === "attempt") return { ...identity, dependency };
  return {
    layer: "call",
    dependency,
    operation: identity.operation,
    agent: identity.agent,
    claims: true,
  };
}
