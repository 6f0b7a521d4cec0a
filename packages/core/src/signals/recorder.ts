import type { Attempt, Call, Outlived, Workflow } from "./attempt.ts";
import { agentOfResource } from "./agent-of-resource.ts";
import { CallTree } from "./call-tree.ts";
import { Census } from "./census.ts";
import { isCounted, mayHaveOutsiders } from "./claims.ts";
import { cover, uncover } from "./coverage.ts";
import { compileRules, identify, type CompiledRule } from "./identify.ts";
import type { Identity } from "./identity.ts";
import type { IdentityRule } from "./identity-rule.ts";
import { Lineages } from "./lineages.ts";
import { LoneRun, nodeOfLone, spanIdOfRun } from "./lone-run.ts";
import { LoneRuns } from "./lone-runs.ts";
import { cleanName } from "./name.ts";
import { nameOfRoot } from "./name-of-root.ts";
import { latestOpenCall } from "./open-call.ts";
import type { OpenWork } from "./open-attempts.ts";
import { OpenSpans } from "./open-spans.ts";
import { outcomeOfSpan, type SpanOutcome } from "./outcome-of-span.ts";
import { recordServed } from "./own-time.ts";
import type { Priority } from "./priority.ts";
import { RECORDER_LIMITS, type RecorderLimits } from "./recorder-limits.ts";
import { tellOutlived, workflowOf } from "./place-of.ts";
import type { SignalPoint, SignalReport } from "./report.ts";
import type { RunEnd, RunHandle, RunStart } from "./run.ts";
import { identityOfRun, isByItself } from "./run-identity.ts";
import { SignalWindow } from "./signal-window.ts";
import { nearer, rootOf, SpanNode } from "./span-node.ts";
import { SPAN_KIND, type SpanView } from "./span-view.ts";
import { newTrace, Traces, type TraceState } from "./traces.ts";
import { Urgency } from "./urgency.ts";
import { usageOf } from "./usage.ts";
import { Wait } from "./waits.ts";

export interface SignalRecorderOptions {
  readonly instance: string;
  /** Who calls where no span says so; the process' `service.instance.id` where absent. */
  readonly agent?: string;
  readonly identities?: readonly IdentityRule[];
  readonly limits?: Partial<RecorderLimits>;
  readonly onAttempt?: (attempt: Attempt) => void;
  readonly onCall?: (call: Call) => void;
  readonly onWorkflow?: (workflow: Workflow) => void;
  readonly onOutlived?: (outlived: Outlived) => void;
}

const SPEAKS_WITHIN_MS = 3_000;

/**
 * Turns spans and hook runs into signals. Told every start and end, in the order in which they happen; keeps the open
 * ones as a tree, counts as they end, and gives the window's numbers away on `take`.
 *
 * The cost of a span does not depend on how many are open. All state is bounded by `RecorderLimits`.
 */
export class SignalRecorder {
  readonly #instance: string;
  readonly #agent: string | undefined;
  readonly #limits: RecorderLimits;
  readonly #window: SignalWindow;
  readonly #open: OpenSpans;
  readonly #traces: Traces;
  readonly #lineages: Lineages;
  readonly #census: Census;
  readonly #tree: CallTree;
  readonly #loneRuns: LoneRuns;
  readonly #work: OpenWork;
  readonly #urgency = new Urgency();
  readonly #listeners: Pick<SignalRecorderOptions, "onCall" | "onWorkflow" | "onOutlived">;
  #rules: readonly CompiledRule[];
  #windowStartMs: number | undefined;
  #seq = 0;

  constructor(options: SignalRecorderOptions) {
    this.#instance = options.instance;
    this.#listeners = options;
    this.#agent = options.agent === undefined ? undefined : cleanName(options.agent);
    this.#limits = { ...RECORDER_LIMITS, ...options.limits };
    this.#rules = compileRules(options.identities ?? []);
    this.#window = new SignalWindow(this.#limits);
    this.#open = new OpenSpans(this.#limits.openSpans, this.#limits.idleMs);
    this.#traces = new Traces(this.#limits.traces);
    this.#lineages = new Lineages(this.#limits.traces);
    this.#census = new Census(this.#limits.dependencies * 5);
    this.#tree = new CallTree({
      window: this.#window,
      urgency: this.#urgency,
      lineages: this.#lineages,
      limits: this.#limits,
      reidentify: (node) => this.#reidentify(node),
      openCallTo: (dependency, node) => this.#openCallTo(dependency, node),
      onAttempt: options.onAttempt,
      onCall: options.onCall,
    });
    this.#loneRuns = new LoneRuns({
      window: this.#window,
      trace: this.#tree.workflowless,
      limit: this.#limits.openSpans,
      routesMax: this.#limits.pairs,
      observeRepeat: (trail, step) => this.#tree.observeRepeat(trail, step),
      onAttempt: options.onAttempt,
      onCall: options.onCall,
    });
    this.#work = { open: this.#open, loneRuns: this.#loneRuns };
  }

  /** The first window begins when the first news arrives, not when what it tells of happened. */
  heard(nowMs: number): void {
    this.#windowStartMs ??= nowMs;
  }

  /** For a replay, which has as many spans open at once as it was given: those of a whole fleet. */
  makeRoom(spans: number): void {
    this.#open.makeRoom(spans);
  }

  /** `run` is the hook run that the span starts in, if any. */
  spanStarted(span: SpanView, nowMs: number, run?: RunHandle): void {
    this.#start(span, nowMs, this.#nodeOf(run));
  }

  /** Also takes a span that was never started here: some sources only tell ends. */
  spanEnded(span: SpanView, nowMs: number): void {
    this.heard(nowMs);
    let node = this.#open.get(span.traceId, span.spanId);
    // Its own duration says when it started. Its parent, which encloses it, mostly has not been told of yet.
    node ??= this.#start(span, nowMs - (span.durationMs ?? 0), undefined);
    this.#identifyAtEnd(node, span);
    if (this.#listeners.onCall !== undefined) node.usage = usageOf(span);
    this.#end(
      node,
      outcomeOfSpan(span, node.identity),
      span.durationMs ?? nowMs - node.startMs,
      nowMs,
    );
    if (node.above === undefined) this.#rootEnded(node, span);
  }

  runStarted(start: RunStart, nowMs: number): RunHandle {
    this.heard(nowMs);
    if (isByItself(start) && this.#tree.detached.size === 0) {
      const route = this.#loneRuns.routeOf(start, start.agent ?? this.#agent ?? this.#instance);
      // What may be a retry is told apart in the tree.
      if (!this.#lineages.hasFailed(route.agent, route.identity.dependency)) {
        const run = this.#loneRuns.start(route, start, nowMs, this.#seq++);
        if (this.#loneRuns.giveUpOverfull()) this.#window.spanDropped("capacity");
        return run;
      }
    }
    return this.#startRun(start, nowMs);
  }

  runEnded(handle: RunHandle, end: RunEnd, nowMs: number): void {
    const { outcome, throttle, retryAfterMs } = end;
    if (handle instanceof LoneRun && handle.node === undefined) {
      if (handle.isEnded) return;
      if (outcome === "ok" && retryAfterMs === undefined) return this.#loneRuns.end(handle, nowMs);
    }
    const node = this.#nodeOf(handle);
    if (node === undefined || node.isEnded) return;
    const ended: SpanOutcome = { outcome, ...(throttle !== undefined && { throttle }) };
    if (retryAfterMs !== undefined)
      this.#window.cell(rootOf(node).identity.dependency).askedToWait(retryAfterMs);
    this.#end(node, ended, Math.max(0, nowMs - node.startMs), nowMs);
  }

  /** The hook lets a run wait, or refuses it, before it begins. Gives what `waitEnded` takes; nothing where nothing is above it. */
  waitStarted(start: RunStart, nowMs: number): RunHandle | undefined {
    if (isByItself(start) && this.#tree.detached.size === 0) return undefined;
    return this.#tree.waitStarted(this.#newRun(start, nowMs), nowMs);
  }

  /** The run begins now, or it never will. */
  waitEnded(handle: RunHandle | undefined, admitted: boolean, nowMs: number): void {
    if (handle instanceof Wait) handle.ended(admitted, nowMs);
  }

  setWaiting(dependency: string, priority: Priority, count: number, nowMs: number): void {
    if (this.#window.setWaiting(dependency, priority, count, nowMs)) this.#urgency.turned();
  }

  /** What the hook did with a call, and how long it held it. */
  applied(dependency: string, action: string, waitMs: number): void {
    this.#window.cell(dependency).applied(action, waitMs);
  }

  setLease(dependency: string, amount: number): void {
    this.#window.setLease(dependency, amount);
  }

  reportFailed(reason: string): void {
    this.#window.reportFailed(reason);
  }

  spanDropped(reason: string): void {
    this.#window.spanDropped(reason);
  }

  /** Something else that is bounded had no room. */
  signalDropped(reason: string): void {
    this.#window.signalDropped(reason);
  }

  setIdentities(rules: readonly IdentityRule[]): void {
    this.#rules = compileRules(rules);
  }

  /** The window has turned bad: it is worth a report before its time. */
  isUrgent(nowMs: number): boolean {
    return this.#urgency.isUrgent(this.#window, this.#work, nowMs);
  }

  /** Closes the window. */
  take(nowMs: number): SignalReport {
    this.sweep(nowMs);
    const windowMs = Math.max(0, nowMs - (this.#windowStartMs ?? nowMs));
    this.#windowStartMs = nowMs;
    for (const node of this.#open.nodes()) {
      // Whoever sets attributes after the start does so at once; what is still silent then speaks at its end.
      if (node.view !== undefined && nowMs - node.startMs <= SPEAKS_WITHIN_MS) {
        this.#reidentify(node);
      }
    }
    const points: SignalPoint[] = [];
    this.#census.flush(points, this.#work, nowMs);
    this.#window.flush(points, windowMs, nowMs);
    this.#urgency.taken(this.#window, nowMs);
    return { instance: this.#instance, windowMs, points };
  }

  /** Gives up on what was idle for too long. `take` does it too. */
  sweep(nowMs: number): void {
    while (this.#loneRuns.giveUpIdle(nowMs, this.#limits.idleMs)) this.#window.spanDropped("idle");
    for (const node of this.#open.expired(nowMs)) {
      this.#open.delete(node);
      this.#giveUp(node, "idle", nowMs);
    }
    this.#tree.sweep(this.#open.nodes(), nowMs);
    this.#lineages.sweep(nowMs, this.#limits.retryGapMsMax);
  }

  #startRun(start: RunStart, nowMs: number): SpanNode {
    const node = this.#newRun(start, nowMs);
    this.#add(node, nowMs);
    this.#tree.enter(node);
    return node;
  }

  #newRun(start: RunStart, nowMs: number): SpanNode {
    const { parentSpanId } = start;
    const spanId = spanIdOfRun(this.#seq);
    const run = this.#nodeOf(start.parent);
    const trace = this.#traceOfRun(start, run) ?? newTrace(spanId);
    const parent =
      parentSpanId === undefined ? undefined : this.#open.get(trace.traceId, parentSpanId);
    const node = new SpanNode({
      spanId,
      parentSpanId,
      scope: "",
      trace,
      startMs: nowMs,
      startSeq: this.#seq++,
      isRun: true,
      isServer: false,
      above: nearer(parent, run),
      identity: identityOfRun(start),
    });
    node.run = node;
    node.priority = start.priority;
    node.digest = start.digest ?? 0;
    node.agent = node.identity.agent ?? node.above?.agent ?? this.#agent ?? this.#instance;
    return node;
  }

  #traceOfRun(start: RunStart, run: SpanNode | undefined): TraceState | undefined {
    if (start.traceId !== undefined) return this.#traces.of(start.traceId);
    if (run !== undefined) return run.trace;
    return start.workflow === undefined ? undefined : this.#traces.of(start.workflow);
  }

  /** The handle's node in the tree; a run that stood by itself joins the tree now, with what was counted of it. */
  #nodeOf(handle: RunHandle | undefined): SpanNode | undefined {
    if (handle instanceof SpanNode) return handle;
    if (!(handle instanceof LoneRun)) return undefined;
    if (handle.node !== undefined) return handle.node;
    const node = nodeOfLone(handle);
    handle.node = node;
    if (!handle.isEnded) {
      this.#loneRuns.remove(handle);
      this.#add(node, node.startMs);
    }
    return node;
  }

  #start(span: SpanView, nowMs: number, run: SpanNode | undefined): SpanNode {
    this.heard(nowMs);
    const parent =
      span.parentSpanId === undefined ? undefined : this.#open.get(span.traceId, span.parentSpanId);
    const above = nearer(parent, run);
    const identity = identify(span, this.#rules);
    const node = new SpanNode({
      spanId: span.spanId,
      parentSpanId: span.parentSpanId,
      scope: span.scope,
      trace: this.#traces.of(span.traceId),
      startMs: nowMs,
      startSeq: this.#seq++,
      isRun: false,
      isServer: span.kind === SPAN_KIND.server,
      above,
      identity,
    });
    node.run = run;
    node.priority = (run ?? above)?.priority ?? 3;
    node.agent =
      identity.agent ?? above?.agent ?? agentOfResource(span, this.#agent) ?? this.#instance;
    node.traceAttempts = node.trace.attempts;
    if (identity.weak === true) node.view = span;
    this.#add(node, nowMs);
    if (mayHaveOutsiders(node)) this.#tree.detached.add(node);
    if (isCounted(identity)) this.#tree.enter(node);
    return node;
  }

  #add(node: SpanNode, nowMs: number): void {
    const { above } = node;
    if (above !== undefined && !above.isEnded) cover(above, nowMs);
    const evicted = this.#open.add(node);
    if (evicted !== undefined) this.#giveUp(evicted, "capacity", nowMs);
  }

  #end(node: SpanNode, ended: SpanOutcome, durationMs: number, nowMs: number): void {
    this.#open.delete(node);
    node.isEnded = true;
    node.endSeq = this.#seq++;
    node.durationMs = durationMs;
    node.ended = ended;
    node.view = undefined;
    uncover(node, nowMs);
    this.#tree.detached.delete(node);
    if (node.isServer) recordServed(node, this.#window);
    if (node.isServer) tellOutlived(node, this.#listeners);
    if (isCounted(node.identity)) this.#tree.end(node);
    else this.#tree.decideBelow(node);
    this.#tree.leave(node);
    if (node.fanOut !== undefined) this.#tree.fannedOut(node);
  }

  #giveUp(node: SpanNode, reason: string, nowMs: number): void {
    this.#window.spanDropped(reason);
    node.isEnded = true;
    node.view = undefined;
    uncover(node, nowMs);
    this.#tree.detached.delete(node);
    this.#tree.giveUp(node);
  }

  #rootEnded(node: SpanNode, span: SpanView): void {
    if (node.parentSpanId === undefined) this.#traces.end(node.trace);
    const { layer, workflow } = node.identity;
    const attempts = node.trace.attempts - node.traceAttempts;
    if (attempts === 0 || isCounted(node.identity) || layer === "session") return;
    const name = workflow ?? nameOfRoot(node, span);
    this.#window.workflows.record(name, "", attempts);
    this.#listeners.onWorkflow?.(workflowOf(node, name, attempts));
  }

  /** Attributes may have been set since the span started. */
  #reidentify(node: SpanNode): void {
    if (node.view === undefined) return;
    const identity = identify(node.view, this.#rules);
    if (identity.weak !== true) this.#became(node, identity);
  }

  #identifyAtEnd(node: SpanNode, span: SpanView): void {
    if (node.isRun || node.identity.layer === "attempt") return;
    if (node.identity.weak === true) {
      const identity = identify(span, this.#rules);
      if (identity.weak !== true) this.#became(node, identity);
      return;
    }
    if (node.identity.layer !== "call") return;
    // What it is stands since its start; how often it was tried is often only known now.
    const { attempt, hiddenRetries } = identify(span, this.#rules);
    if (attempt === node.identity.attempt && hiddenRetries === node.identity.hiddenRetries) return;
    this.#tree.learned(node, { ...node.identity, attempt, hiddenRetries });
  }

  #became(node: SpanNode, identity: Identity): void {
    node.identity = identity;
    node.view = undefined;
    if (identity.agent !== undefined) node.agent = identity.agent;
    if (isCounted(identity)) this.#tree.enter(node);
  }

  /** An open run to the dependency may be it as well. */
  #openCallTo(dependency: string, node: SpanNode): SpanNode | undefined {
    for (const run of this.#loneRuns)
      if (run.route.identity.dependency === dependency) this.#nodeOf(run);
    return latestOpenCall(this.#open.nodes(), dependency, node);
  }
}
