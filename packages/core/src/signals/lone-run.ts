import type { Priority } from "./priority.ts";
import type { RunHandle } from "./run.ts";
import type { RunRoute } from "./run-route.ts";
import { SpanNode } from "./span-node.ts";
import { newTrace } from "./traces.ts";

/** A hook run with nothing above it, which stands by itself until something begins below it. Only the recorder's parts hold it. */
export class LoneRun implements RunHandle {
  readonly route: RunRoute;
  readonly priority: Priority;
  readonly digest: number;
  readonly startMs: number;
  readonly startSeq: number;
  isEnded = false;
  /** What stands for it in the tree, once it has joined that. */
  node: SpanNode | undefined = undefined;
  /** Its neighbours among the open ones. */
  older: LoneRun | undefined = undefined;
  newer: LoneRun | undefined = undefined;

  constructor(
    route: RunRoute,
    { priority, digest = 0 }: { readonly priority: Priority; readonly digest?: number },
    startMs: number,
    startSeq: number,
  ) {
    this.route = route;
    this.priority = priority;
    this.digest = digest;
    this.startMs = startMs;
    this.startSeq = startSeq;
  }
}

/** The node that the tree would hold now, had the run been in it from the start: a call that is counted, and so is its attempt. */
export function nodeOfLone(run: LoneRun): SpanNode {
  const { route, startMs, startSeq } = run;
  const spanId = spanIdOfRun(startSeq);
  const trace = newTrace(spanId);
  trace.attempts = 1;
  const node = new SpanNode({
    spanId,
    parentSpanId: undefined,
    scope: "",
    trace,
    startMs,
    startSeq,
    isRun: true,
    isServer: false,
    above: undefined,
    identity: route.identity,
  });
  node.run = node;
  node.priority = run.priority;
  node.digest = run.digest;
  node.agent = route.agent;
  node.call = { startMs, seq: node.startSeq, isReported: false };
  node.isCounted = true;
  node.isDecided = true;
  node.isEnded = run.isEnded;
  return node;
}

/** No span id looks like it. */
export function spanIdOfRun(startSeq: number): string {
  return `run ${startSeq}`;
}
