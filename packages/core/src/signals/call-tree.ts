import { agentOf, callerOf } from "./caller-of.ts";
import { claimAbove, claimBeside, mayKeep, NO_CLAIM, type Claim } from "./claims.ts";
import { EndedCalls, type EndedCallsOptions } from "./ended-calls.ts";
import { passFanOutUp } from "./fan-out.ts";
import { failureOf, isFailure, takeFailure, type Failure } from "./failures.ts";
import type { Lineages } from "./lineages.ts";
import type { EndedStep } from "./lone-runs.ts";
import type { Outcome } from "./outcome.ts";
import { recordOwnTime } from "./own-time.ts";
import type { RecorderLimits } from "./recorder-limits.ts";
import type { SignalWindow } from "./signal-window.ts";
import { isByItself, rootOf, type SpanNode } from "./span-node.ts";
import type { Urgency } from "./urgency.ts";
import type { CallState } from "./call-state.ts";
import type { Identity } from "./identity.ts";
import { sumOfUsage } from "./usage.ts";
import { newTrace, trailOf, type TraceState, type Trail } from "./traces.ts";
import { settleRefusal, Wait } from "./waits.ts";

export interface CallTreeOptions extends EndedCallsOptions {
  readonly urgency: Urgency;
  readonly lineages: Lineages;
  readonly limits: RecorderLimits;
  /** Reads a span's attributes again: they may have been set since it started. */
  readonly reidentify: (node: SpanNode) => void;
  /** Open calls to a dependency that are not above: where a source hangs its spans elsewhere. */
  readonly openCallTo: (dependency: string, node: SpanNode) => SpanNode | undefined;
}

/**
 * Turns nodes into calls and attempts. The rules:
 *
 * C1. A call or attempt node is claimed by the nearest call above: as its attempt, or, with the same dependency, as
 *     another layer of the same call.
 * C2. A node that nothing was claimed by is one attempt; one that something was claimed by is none.
 * C3. The first node that is claimed takes over its claimer's place: what was counted is not counted again.
 * C4. A node that begins after a failure of its like below the same parent is a retry: of its claimer's call, or, with no
 *     claimer, of the failed call itself.
 * C5. While a span above has not said what it is, what may be claimed by it waits.
 * C6. A node whose attempts the hook let none of go out is refused, whatever its span says: the dependency saw nothing of it.
 */
export class CallTree {
  readonly #options: CallTreeOptions;
  readonly #window: SignalWindow;
  readonly #ended: EndedCalls;
  /** Open calls, and open spans that may be calls, of sources that do not make their spans active. */
  readonly detached = new Set<SpanNode>();
  /** Of all that names no unit of work. */
  readonly workflowless: TraceState = newTrace("");

  constructor(options: CallTreeOptions) {
    this.#options = options;
    this.#window = options.window;
    this.#ended = new EndedCalls(options);
  }

  /** A call or attempt has begun, or has said that it is one. */
  enter(node: SpanNode): void {
    const claim = this.#claimOf(node);
    if (claim.kind === "undecided" && this.#wait(node, claim.node)) return;
    node.isDecided = true;
    if (claim.kind === "claimer") this.#join(node, claim.node);
    else this.#open(node);
    this.decideBelow(node);
    if (node.isEnded) this.#close(node);
  }

  /** A call or attempt has ended. Before it is decided, the end is kept with it. */
  end(node: SpanNode): void {
    if (node.isDecided) this.#close(node);
    else this.#besideEnded(node);
  }

  /** A run stands at the hook: whatever would claim it has no attempt yet. That node, if there is one. */
  waitStarted(run: SpanNode, nowMs: number): Wait {
    const claim = this.#claimOf(run);
    if (claim.kind === "none") return new Wait(run, undefined, nowMs);
    const { node } = claim;
    const wait = new Wait(run, node, nowMs);
    if (node.claimed > 0 || !node.isCounted) return wait;
    this.#cellOf(node).takeBack(agentOf(node), node.isRetry);
    node.isCounted = false;
    return wait;
  }

  /** What waited for this node to say what it is. */
  decideBelow(node: SpanNode): void {
    const waiting = node.undecided;
    if (waiting === undefined) return;
    node.undecided = undefined;
    for (const below of waiting) this.#enterBelow(below, node);
  }

  /** A call says at its end how often it was tried: the number stands over what was derived. */
  learned(node: SpanNode, identity: Identity): void {
    node.identity = identity;
    const { attempt } = identity;
    if (attempt === undefined || attempt > 1 === node.isRetry || !node.isDecided) return;
    const cell = this.#cellOf(node);
    cell.takeBack(agentOf(node), node.isRetry);
    node.isRetry = attempt > 1;
    cell.started(agentOf(node), node.isRetry);
    if (node.call !== undefined) node.call = newCall(node);
  }

  /** Whether a call that ended well or badly goes on with a repetition. */
  observeRepeat(trail: Trail, step: EndedStep): void {
    const { dependency, agent, symbol, digest, outcome, startMs, durationMs } = step;
    const repetition = trail.repeat.observe(symbol, digest, outcome, startMs);
    if (repetition === undefined) return;
    const hasDigest = digest !== 0;
    const repeated = { dependency, agent, outcome, hasDigest, ...repetition };
    this.#window.setRepeat(repeated, startMs + durationMs);
  }

  /** Nothing more will be heard of it. */
  giveUp(node: SpanNode): void {
    if (node.claimer !== undefined && node.wasOpenAtJoin) node.claimer.claimedOpen -= 1;
    this.#besideEnded(node);
    this.decideBelow(node);
    this.leave(node);
  }

  /** The parent of calls has ended: how many to each dependency it made. */
  fannedOut(node: SpanNode): void {
    if (passFanOutUp(node)) return;
    const { layer, dependency } = node.identity;
    const isCall = layer === "call" || layer === "attempt";
    const caller = layer === "agent" ? agentOf(node) : callerOf(node);
    const from = !isCall
      ? caller
      : node.claimer === undefined
        ? dependency
        : rootOf(node).identity.dependency;
    for (const [to, width] of node.fanOut ?? []) this.#window.fanOut.record(from, to, width);
  }

  /** The parent has ended: what failed below it will not be retried any more. */
  leave(node: SpanNode): void {
    const failures = node.failures;
    if (failures === undefined) return;
    node.failures = undefined;
    for (const failure of failures) this.#reportHeld(failure);
  }

  /** Reports failed calls that waited long enough for a retry, and spans that waited long enough for one above. */
  sweep(nodes: Iterable<SpanNode>, nowMs: number): void {
    const { callHoldMs } = this.#options.limits;
    for (const node of nodes) {
      for (const failure of node.failures ?? [])
        if (nowMs - failure.atMs >= callHoldMs) this.#reportHeld(failure);
      if (node.undecided === undefined) continue;
      const overdue = node.undecided.filter(
        (below) => below.isEnded && nowMs - below.startMs - below.durationMs >= callHoldMs,
      );
      if (overdue.length === 0) continue;
      node.undecided = node.undecided.filter((below) => !overdue.includes(below));
      for (const below of overdue) this.#enterBelow(below, node);
    }
  }

  #enterBelow(below: SpanNode, node: SpanNode): void {
    if (!below.isEnded) this.#besideEnded(below);
    below.waitsFor = undefined;
    below.hasWaited = true;
    // Given up on meanwhile: how it ended is not known.
    if (below.isEnded && below.ended === undefined) return;
    if (!below.isAdopted) return this.enter(below);
    below.isAdopted = false;
    if (!mayKeep(node, below)) return this.enter(below);
    below.isDecided = true;
    this.#join(below, node);
    this.decideBelow(below);
    if (below.isEnded) this.#close(below);
  }

  #claimOf(node: SpanNode): Claim {
    const above = claimAbove(node, this.#options.reidentify);
    if (above.kind !== "none" || node.identity.boundary === true) return above;
    const beside = claimBeside(node, this.detached);
    if (beside.kind !== "none") {
      node.isAdopted = beside.kind === "undecided";
      return beside;
    }
    if (node.above?.identity.layer !== "session") return NO_CLAIM;
    const call = this.#options.openCallTo(node.identity.dependency, node);
    return call === undefined ? NO_CLAIM : { kind: "claimer", node: call };
  }

  #wait(node: SpanNode, on: SpanNode): boolean {
    const waiting = (on.undecided ??= []);
    if (waiting.length >= this.#options.limits.undecidedPerSpan) {
      node.isAdopted = false;
      return false;
    }
    waiting.push(node);
    node.waitsFor = on;
    if (node.isAdopted && !node.isEnded) on.claimedOpen += 1;
    return true;
  }

  /** What was found beside a span, and still waits for it, keeps others from it only while open. */
  #besideEnded(node: SpanNode): void {
    if (node.isAdopted && node.waitsFor !== undefined) node.waitsFor.claimedOpen -= 1;
  }

  #join(node: SpanNode, claimer: SpanNode): void {
    const isFirst = claimer.claimed === 0;
    node.claimer = claimer;
    claimer.claimed += 1;
    node.wasOpenAtJoin = !node.isEnded;
    if (node.wasOpenAtJoin) claimer.claimedOpen += 1;
    node.agent ??= claimer.agent;
    // The hook knows the arguments, the span around it is the call.
    if (claimer.identity.dependency === node.identity.dependency)
      rootOf(claimer).digest ||= node.digest;
    const failure = this.#takeFailure(claimer.failures, node);
    const explicit = node.identity.attempt;
    node.isRetry = explicit === undefined ? failure !== undefined : explicit > 1;
    if (isFirst) {
      // C3. What the claimer was counted as, its first attempt now is.
      node.isRetry ||= claimer.isRetry;
      node.isCounted = claimer.isCounted && claimer.isRetry === node.isRetry;
      if (claimer.isCounted && !node.isCounted)
        this.#cellOf(claimer).takeBack(agentOf(claimer), claimer.isRetry);
    }
    if (failure !== undefined) this.#retried(node, failure);
    this.#countStart(node, isFirst);
  }

  #open(node: SpanNode): void {
    const failure = this.#takeFailure(this.#options.lineages.of(node), node);
    const explicit = node.identity.attempt;
    node.isRetry = explicit === undefined ? failure !== undefined : explicit > 1;
    if (failure !== undefined && node.isRetry) {
      node.call = failure.call ?? newCall(node);
      this.#retried(node, failure);
    } else {
      // An attempt beyond the first whose first nobody saw belongs to a call that was told elsewhere.
      node.call = newCall(node);
      // A queue's worker says only at the end which try it was.
      node.isCallPending =
        node.identity.failsByException === true && explicit === undefined && !node.isEnded;
      if (!node.isRetry && !node.isCallPending) this.#countCall(node);
    }
    this.#countStart(node, false);
  }

  #takeFailure(failures: Failure[] | undefined, node: SpanNode): Failure | undefined {
    if (failures === undefined || node.identity.attempt === 1) return undefined;
    return takeFailure(failures, node.identity, node, this.#options.limits.retryGapMsMax);
  }

  #retried(node: SpanNode, { atMs }: Failure): void {
    node.retryGapMs = node.startMs - atMs;
    this.#cellOf(node).retryGap(node.retryGapMs);
  }

  #countStart(node: SpanNode, isInPlace: boolean): void {
    if (node.isCounted) return;
    node.isCounted = true;
    this.#cellOf(node).started(agentOf(node), node.isRetry);
    if (!isInPlace) node.trace.attempts += 1;
  }

  #countCall(node: SpanNode): void {
    const to = node.identity.dependency;
    const from = callerOf(node);
    this.#window.edges.count(from, to);
    const parent = node.above;
    if (parent !== undefined && !parent.isEnded && parent.identity.layer !== "session") {
      const fanOut = (parent.fanOut ??= new Map());
      fanOut.set(to, (fanOut.get(to) ?? 0) + 1);
    }
    const trail = this.#trailOf(node);
    if (trail.dependencyLast !== "") this.#window.transitions.count(trail.dependencyLast, to);
    trail.dependencyLast = to;
  }

  #close(node: SpanNode): void {
    settleRefusal(node);
    const { outcome } = node.ended!;
    if (node.claimed === 0) this.#attemptEnded(node);
    if (node.claimer !== undefined) {
      const usage = node.usage ?? node.usageBelow;
      if (usage !== undefined) node.claimer.usageBelow = sumOfUsage(node.claimer.usageBelow, usage);
      if (node.wasOpenAtJoin) node.claimer.claimedOpen -= 1;
      if (outcome === "refused") node.claimer.claimedRefused += 1;
      if (isFailure(outcome)) this.#remember(node, (node.claimer.failures ??= []));
      return;
    }
    this.#callEnded(node, outcome);
  }

  #attemptEnded(node: SpanNode): void {
    const { outcome, throttle } = node.ended!;
    const cell = this.#cellOf(node);
    const hidden = node.identity.layer === "call" ? (node.identity.hiddenRetries ?? 0) : 0;
    // The span covers all its tries; it does not say how long each took.
    const durationMs = node.durationMs / (hidden + 1);
    for (let retry = 0; retry < hidden; retry += 1) {
      this.#ended.attempt(node, "error", retry > 0 || node.isRetry, durationMs);
      cell.started(agentOf(node), true);
      node.trace.attempts += 1;
    }
    this.#ended.attempt(node, outcome, hidden > 0 || node.isRetry, durationMs);
    if (outcome !== "ok") this.#options.urgency.look(cell);
    if (throttle !== undefined) cell.throttledBy(throttle);
    if (outcome === "refused") {
      if (node.isCounted) cell.takeBack(agentOf(node), node.isRetry);
      node.trace.attempts -= 1;
      return;
    }
    this.#countStart(node, true);
    recordOwnTime(cell, node);
  }

  #callEnded(node: SpanNode, outcome: Outcome): void {
    const call = node.call!;
    if (node.isCallPending && !node.isRetry) this.#countCall(node);
    this.#observeRepeat(node, outcome);
    if (!isFailure(outcome)) return this.#ended.call(node, outcome);
    const failures = this.#options.lineages.place(node);
    const failure = failures === undefined ? undefined : this.#remember(node, failures);
    // Only below an open parent can it be known, in time, that no retry will come.
    const mayWait =
      failure !== undefined &&
      node.above !== undefined &&
      !node.above.isEnded &&
      node.identity.lineage === undefined;
    if (!mayWait && !call.isReported) this.#ended.call(node, outcome);
  }

  #reportHeld({ call, node }: Failure): void {
    if (call !== undefined && !call.isReported) this.#ended.call(node, node.ended!.outcome);
  }

  #remember(node: SpanNode, failures: Failure[]): Failure {
    const failure = failureOf(node, node.endSeq, node.startMs + node.durationMs);
    failures.push(failure);
    if (failures.length > this.#options.limits.failuresPerParent)
      this.#reportHeld(failures.shift()!);
    return failure;
  }

  /** A retried call is one step, told when it first ends: what an agent repeats is what it wants done. */
  #observeRepeat(node: SpanNode, outcome: Outcome): void {
    if (node.isRetry || outcome === "refused") return;
    const { dependency, operation } = node.identity;
    const { digest, startMs, durationMs } = node;
    this.observeRepeat(this.#trailOf(node), {
      dependency,
      agent: agentOf(node),
      symbol: `${dependency}\n${operation}`,
      digest,
      outcome,
      startMs,
      durationMs,
    });
  }

  #trailOf(node: SpanNode): Trail {
    return trailOf(isByItself(node) ? this.workflowless : node.trace, agentOf(node));
  }

  #cellOf(node: SpanNode): ReturnType<SignalWindow["cell"]> {
    return this.#window.cell(rootOf(node).identity.dependency);
  }
}

function newCall({ startMs, startSeq, isRetry }: SpanNode): CallState {
  return { startMs, seq: startSeq, isReported: isRetry };
}
