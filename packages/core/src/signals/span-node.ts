import type { CallState } from "./call-state.ts";
import type { Failure } from "./failures.ts";
import type { Identity } from "./identity.ts";
import type { SpanOutcome } from "./outcome-of-span.ts";
import type { Priority } from "./priority.ts";
import type { RunHandle } from "./run.ts";
import type { SpanView } from "./span-view.ts";
import type { TraceState } from "./traces.ts";
import type { Usage } from "./usage.ts";

/** A span or hook run in the tree, while it is open. Mutable: the recorder and its parts are the only ones that hold it. */
export class SpanNode implements RunHandle {
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly scope: string;
  readonly trace: TraceState;
  readonly startMs: number;
  /** Position in the order of all starts and ends: what "after" means, whatever the clocks say. */
  readonly startSeq: number;
  readonly isRun: boolean;
  readonly isServer: boolean;
  readonly above: SpanNode | undefined;
  /** The hook run it started in; itself if it is one. */
  run: SpanNode | undefined = undefined;
  identity: Identity;
  priority: Priority = 3;
  agent: string | undefined = undefined;
  digest = 0;
  /** The live span, kept only while its identity may still come. */
  view: SpanView | undefined = undefined;
  touchedMs: number;

  /** The node whose attempt this is, or whose layer. */
  claimer: SpanNode | undefined = undefined;
  /** Nodes that are this one's attempts or layers; with none it is an attempt itself. */
  claimed = 0;
  claimedOpen = 0;
  /** Of these, those that Headway refused and that never went out. */
  claimedRefused = 0;
  /** Would-be attempts of it that the hook keeps waiting, of what dependency, and whether the last was refused. */
  waits = 0;
  waitedFor = "";
  wasRefused = false;
  /** It was counted among its claimer's open ones. */
  wasOpenAtJoin = false;
  /** Set on the outermost layer of a call. */
  call: CallState | undefined = undefined;
  isRetry = false;
  /** Whether it is a new call is only known at its end. */
  isCallPending = false;
  /** Counted as a started attempt. */
  isCounted = false;
  /** It knows which call it belongs to. */
  isDecided = false;
  /** What waits for this node to say what it is. */
  undecided: SpanNode[] | undefined = undefined;
  isAdopted = false;
  waitsFor: SpanNode | undefined = undefined;
  /** It has waited once for a span that then was not its call. */
  hasWaited = false;
  failures: Failure[] | undefined = undefined;
  /** Of a retry: from the failure to its start. */
  retryGapMs: number | undefined = undefined;
  /** Kept only where somebody listens; `usageBelow`: of what it claimed. */
  usage: Usage | undefined = undefined;
  usageBelow: Usage | undefined = undefined;

  isEnded = false;
  endSeq = 0;
  durationMs = 0;
  ended: SpanOutcome | undefined = undefined;

  openChildren = 0;
  coveredFromMs = 0;
  coveredMs = 0;
  /** The server's side of this attempt, once it has ended. */
  servedMs = -1;
  servedSelfMs = 0;
  fanOut: Map<string, number> | undefined = undefined;
  /** Attempts of the trace when this node started: what it adds is its own. */
  traceAttempts = 0;

  constructor(start: SpanNodeStart) {
    this.spanId = start.spanId;
    this.parentSpanId = start.parentSpanId;
    this.scope = start.scope;
    this.trace = start.trace;
    this.startMs = start.startMs;
    this.touchedMs = start.startMs;
    this.startSeq = start.startSeq;
    this.isRun = start.isRun;
    this.isServer = start.isServer;
    this.above = start.above;
    this.identity = start.identity;
  }

  /** Duration minus what the calls below it cover; an open one covers up to now. */
  selfMs(): number {
    return Math.min(this.durationMs, Math.max(0, this.durationMs - this.coveredMs));
  }
}

/** The outermost layer of its call; itself until it is claimed. */
export function rootOf(of: SpanNode): SpanNode {
  let node = of;
  while (node.claimer !== undefined) node = node.claimer;
  return node;
}

/** Its trace holds nothing else that it could be in order with. */
export function isByItself({ above, parentSpanId, isRun, trace, spanId }: SpanNode): boolean {
  const isRoot = above === undefined && parentSpanId === undefined;
  // A run that names its workflow shares that with its other runs; any other root has a trace to itself.
  return isRoot && !(isRun && trace.traceId !== spanId);
}

/** Whichever is further in: a span that started within the run, else the run, which makes no span of its own. */
export function nearer(
  parent: SpanNode | undefined,
  run: SpanNode | undefined,
): SpanNode | undefined {
  return parent !== undefined && (run === undefined || parent.run === run) ? parent : run;
}

export interface SpanNodeStart {
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly scope: string;
  readonly trace: TraceState;
  readonly startMs: number;
  readonly startSeq: number;
  readonly isRun: boolean;
  readonly isServer: boolean;
  readonly above: SpanNode | undefined;
  readonly identity: Identity;
}
