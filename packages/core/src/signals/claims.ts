import { providerOfHost } from "./conventions/provider.ts";
import type { Identity } from "./identity.ts";
import type { SpanNode } from "./span-node.ts";

/**
 * Which node a call or attempt belongs to:
 *
 * - `claimer`: it is that node's attempt, or a layer of the same call;
 * - `undecided`: a span above has not said yet what it is, and may turn out to be the claimer;
 * - `none`: it is a call of its own.
 */
export type Claim =
  | { readonly kind: "claimer"; readonly node: SpanNode }
  | { readonly kind: "undecided"; readonly node: SpanNode }
  | { readonly kind: "none" };

export const NO_CLAIM: Claim = { kind: "none" };

/** Spans between a call and its attempt; a deeper nest is a broken sender's, and must not cost more than this. */
const DEPTH_MAX = 64;

/** Scopes whose spans get their attributes when they end, so that one without any may still be a call. */
const LATE_SCOPES = [
  "@arizeai/openinference",
  "openinference.instrumentation",
  "@traceloop/",
  "@mastra/",
];

/** Of these, those that only observe callbacks: transport spans of their calls are not below them. */
const DETACHED_SCOPES = [
  "@arizeai/openinference",
  "openinference.instrumentation",
  "@traceloop/instrumentation-langchain",
];

export function isLateScope(scope: string): boolean {
  return LATE_SCOPES.some((prefix) => scope.startsWith(prefix));
}

/** Of a dependency: it is a call, or an attempt of one. */
export function isCounted({ layer }: Identity): boolean {
  return layer === "call" || layer === "attempt";
}

/** What belongs to it may not lie below it. */
export function mayHaveOutsiders({ identity, scope }: SpanNode): boolean {
  return identity.detached === true || (identity.weak === true && isDetachedScope(scope));
}

function isDetachedScope(scope: string): boolean {
  return DETACHED_SCOPES.some((prefix) => scope.startsWith(prefix));
}

/**
 * Looks upward for the nearest node that says whose `node` is. An agent, a workflow or a served request ends the search.
 * It waits for one undecided span, the nearest: a call lies directly above its attempts. No source nests its calls of one
 * dependency in each other without saying so, so a span does not wait for one of its own scope.
 */
export function claimAbove(node: SpanNode, reidentify: (above: SpanNode) => void): Claim {
  if (node.identity.boundary === true) return NO_CLAIM;
  let depth = 0;
  for (let above = node.above; above !== undefined && depth < DEPTH_MAX; above = above.above) {
    depth += 1;
    if (isWeak(above) && !above.isEnded) {
      reidentify(above);
      const mayTurnOut = isWeak(above) && above.scope !== node.scope && isLateScope(above.scope);
      if (mayTurnOut && !node.hasWaited) return { kind: "undecided", node: above };
    }
    const verdict = claimBy(above, node);
    if (verdict !== undefined) return verdict;
  }
  return NO_CLAIM;
}

function isWeak({ identity }: SpanNode): boolean {
  return identity.weak === true;
}

function claimBy(above: SpanNode, node: SpanNode): Claim | undefined {
  const { layer, dependency, claims, boundary } = above.identity;
  if (layer === "other") return boundary === true ? NO_CLAIM : undefined;
  // What has ended has been counted.
  if (above.isEnded) return NO_CLAIM;
  if (node.identity.layer === "attempt")
    return claims === true || layer === "attempt" ? claimedBy(above) : NO_CLAIM;
  return layer === "call" && dependency === node.identity.dependency ? claimedBy(above) : NO_CLAIM;
}

function claimedBy(node: SpanNode): Claim {
  return { kind: "claimer", node };
}

/**
 * A span without a call above may belong to a call whose source does not make its span active: the latest open one that
 * it fits, of the same trace where it has a parent at all, and which has no attempt open already. A transport span fits a
 * call to a model whose provider answers at its host; a call to a model fits one to the same.
 */
export function claimBeside(node: SpanNode, detached: ReadonlySet<SpanNode>): Claim {
  if (detached.size === 0 || node.identity.detached === true || !mayLieBeside(node))
    return NO_CLAIM;
  let found: SpanNode | undefined;
  for (const candidate of detached) {
    const isReachable =
      candidate.trace.traceId === node.trace.traceId || node.parentSpanId === undefined;
    if (!isReachable || candidate.claimedOpen > 0 || candidate === node) continue;
    const fits = isWeak(candidate) ? !node.hasWaited : mayKeep(candidate, node);
    if (fits && candidate.startSeq > (found?.startSeq ?? -1)) found = candidate;
  }
  if (found === undefined) return NO_CLAIM;
  return isWeak(found) ? { kind: "undecided", node: found } : claimedBy(found);
}

/** Whether a call that has said what it is fits what was found beside it. */
export function mayKeep({ identity }: SpanNode, beside: SpanNode): boolean {
  if (identity.layer !== "call") return false;
  if (beside.identity.layer === "call") return identity.dependency === beside.identity.dependency;
  const provider = providerOfTransport(beside);
  return provider !== undefined && identity.dependency.startsWith(`model:${provider}/`);
}

function mayLieBeside(node: SpanNode): boolean {
  if (node.identity.layer === "call")
    return node.identity.dependency.startsWith("model:") && !isDetachedScope(node.scope);
  return providerOfTransport(node) !== undefined;
}

function providerOfTransport({ identity }: SpanNode): string | undefined {
  return identity.dependency.startsWith("http:")
    ? providerOfHost(identity.dependency.slice("http:".length))
    : undefined;
}
