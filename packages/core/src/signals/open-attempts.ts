import { isCounted } from "./claims.ts";
import type { LoneRuns } from "./lone-runs.ts";
import type { OpenSpans } from "./open-spans.ts";
import type { Priority } from "./priority.ts";
import { rootOf, type SpanNode } from "./span-node.ts";
import { isKeptBack } from "./waits.ts";

/** Whatever is open: spans and runs in the tree, and runs that stand by themselves. */
export interface OpenWork {
  readonly open: OpenSpans;
  readonly loneRuns: LoneRuns;
}

/** Calls `visit` for each attempt in flight. A call that waits, between two attempts or at the hook, has none open. */
export function visitOpenAttempts(
  { open, loneRuns }: OpenWork,
  visit: (dependency: string, priority: Priority, startMs: number) => void,
): void {
  for (const node of open.nodes())
    if (isOpenAttempt(node)) visit(rootOf(node).identity.dependency, node.priority, node.startMs);
  for (const { route, priority, startMs } of loneRuns)
    visit(route.identity.dependency, priority, startMs);
}

function isOpenAttempt(node: SpanNode): boolean {
  return !node.isEnded && node.claimed === 0 && isCounted(node.identity) && !isKeptBack(node);
}
