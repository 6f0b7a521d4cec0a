import { ExponentialHistogram } from "./histogram.ts";
import { KeyedHistograms } from "./keyed-histograms.ts";
import { OUTCOMES, type Outcome, type ThrottleReason } from "./outcome.ts";
import type { SignalAttributes, SignalPoint } from "./report.ts";

const OUTCOME_INDEX: Readonly<Record<Outcome, number>> = {
  ok: 0,
  error: 1,
  throttled: 2,
  timeout: 3,
  cancelled: 4,
  refused: 5,
};

/** The usual is known from so many answers on, and forgets what is so many ago. */
const ANSWERS_MIN = 5;
const ANSWERS_MAX = 50;

/** Names that a cell tells apart in one window. */
export interface CellLimits {
  readonly agents: number;
  readonly operations: number;
  readonly callers: number;
}

export interface AgentCount {
  attempts: number;
  retries: number;
}

type Slot = ExponentialHistogram | undefined;

/** All that is measured of one dependency in one window. Histograms are made on first use: most outcomes never occur. */
export class DependencyCell {
  readonly attributes: SignalAttributes;
  readonly #agentsMax: number;
  readonly #attempts: Slot[] = Array.from({ length: OUTCOMES.length * 2 }, () => undefined);
  readonly #calls: Slot[] = Array.from({ length: OUTCOMES.length }, () => undefined);
  /** Good attempts that were a whole call each, with nothing below, by operation. */
  readonly #whole: KeyedHistograms;
  /** By caller. */
  readonly #gap: KeyedHistograms;
  /** By operation. */
  readonly #self: KeyedHistograms;
  readonly #retryGap = new ExponentialHistogram();
  readonly #wait = new ExponentialHistogram();
  readonly #throttles: Record<ThrottleReason, number> = { rate: 0, quota: 0, overloaded: 0 };
  readonly #agents = new Map<string, AgentCount>();
  readonly #agentsOver: AgentCount = { attempts: 0, retries: 0 };
  readonly #applied = new Map<string, number>();
  #retryAfterMs = 0;
  /** What went to an overflow point in this window. */
  dropped = 0;
  /** Windows in a row with nothing in them. */
  idleWindows = 0;
  failed = 0;
  throttled = 0;
  /** How long a good attempt takes here; undefined until there were some. */
  usualMs: number | undefined;
  #answers = 0;
  #meanMs = 0;
  /** Failures and throttles per second, lately. */
  failedRate = 0;
  throttledRate = 0;

  constructor(attributes: SignalAttributes, { agents, operations, callers }: CellLimits) {
    this.attributes = attributes;
    this.#agentsMax = agents;
    this.#whole = new KeyedHistograms(operations);
    this.#self = new KeyedHistograms(operations);
    this.#gap = new KeyedHistograms(callers);
  }

  started(agent: string, isRetry: boolean): void {
    const count = this.agentCount(agent);
    count.attempts += 1;
    if (isRetry) count.retries += 1;
  }

  /** Good until the next flush. */
  agentCount(agent: string): AgentCount {
    const known = this.#agents.get(agent);
    if (known !== undefined) return known;
    if (this.#agents.size >= this.#agentsMax) {
      this.dropped += 1;
      return this.#agentsOver;
    }
    const count = { attempts: 0, retries: 0 };
    this.#agents.set(agent, count);
    return count;
  }

  /** Whether it stands for all agents that are over the bound. */
  isOver(count: AgentCount): boolean {
    return count === this.#agentsOver;
  }

  /** Headway itself refused what was counted when it began. */
  takeBack(agent: string, isRetry: boolean): void {
    const count = this.#agents.get(agent) ?? this.#agentsOver;
    if (count.attempts === 0) return;
    count.attempts -= 1;
    if (isRetry && count.retries > 0) count.retries -= 1;
  }

  attemptEnded(outcome: Outcome, isRetry: boolean, durationMs: number): void {
    const index = OUTCOME_INDEX[outcome] * 2 + (isRetry ? 1 : 0);
    (this.#attempts[index] ??= new ExponentialHistogram()).record(durationMs / 1000);
    if (outcome === "error" || outcome === "timeout") this.failed += 1;
    else if (outcome === "throttled") this.throttled += 1;
  }

  callEnded(outcome: Outcome, durationMs: number): void {
    (this.#calls[OUTCOME_INDEX[outcome]] ??= new ExponentialHistogram()).record(durationMs / 1000);
  }

  /**
   * A good attempt that was a whole call, with nothing below it: its duration is the attempt's, the call's and its own time.
   * Most are so; recorded once, it costs a third.
   */
  wholeCallEnded(durationMs: number, operation: string): void {
    this.#whole.record(operation, durationMs / 1000);
  }

  throttledBy(reason: ThrottleReason): void {
    this.#throttles[reason] += 1;
  }

  askedToWait(retryAfterMs: number): void {
    if (retryAfterMs > this.#retryAfterMs) this.#retryAfterMs = retryAfterMs;
  }

  /** `caller`: the dependency whose call made this one; empty where an agent did. */
  gap(ms: number, caller: string): void {
    this.#gap.record(caller, Math.max(0, ms) / 1000);
  }

  self(ms: number, operation: string): void {
    this.#self.record(operation, Math.max(0, ms) / 1000);
  }

  retryGap(ms: number): void {
    this.#retryGap.record(Math.max(0, ms) / 1000);
  }

  applied(action: string, waitMs: number): void {
    this.#applied.set(action, (this.#applied.get(action) ?? 0) + 1);
    if (waitMs > 0) this.#wait.record(waitMs / 1000);
  }

  /** Adds the window's points and clears the window. */
  flush(points: SignalPoint[], windowMs: number): void {
    const before = points.length;
    this.#spreadWhole();
    this.#learnUsual();
    this.#flushEnded(points);
    this.#flushNamed(points, "headway.attempt.gap", this.#gap, (from) => ({ from }));
    this.#flushNamed(points, "headway.attempt.self", this.#self, (operation) => ({ operation }));
    this.#flushHistogram(points, "headway.retry.gap", this.#retryGap);
    this.#flushHistogram(points, "headway.decision.wait", this.#wait);
    this.#flushThrottles(points);
    this.#flushAgents(points);
    for (const [action, count] of this.#applied) {
      points.push({
        signal: "headway.decision.applied",
        attributes: { ...this.attributes, action },
        value: count,
      });
    }
    this.#applied.clear();
    this.idleWindows = points.length === before ? this.idleWindows + 1 : 0;
    this.#flushRates(windowMs);
  }

  #spreadWhole(): void {
    const { ok } = OUTCOME_INDEX;
    for (const whole of this.#whole.histograms()) {
      (this.#attempts[ok * 2] ??= new ExponentialHistogram()).merge(whole);
      (this.#calls[ok] ??= new ExponentialHistogram()).merge(whole);
    }
    this.#self.merge(this.#whole);
    this.#whole.reset();
  }

  #learnUsual(): void {
    for (const ended of [this.#attempts[0], this.#attempts[1]]) {
      if (ended === undefined || ended.count === 0) continue;
      const meanMs = (1000 * ended.sum) / ended.count;
      this.#answers = Math.min(this.#answers + ended.count, ANSWERS_MAX);
      const weight = Math.min(ended.count / this.#answers, 1);
      this.#meanMs += weight * (meanMs - this.#meanMs);
    }
    if (this.#answers >= ANSWERS_MIN) this.usualMs = this.#meanMs;
  }

  #flushEnded(points: SignalPoint[]): void {
    OUTCOMES.forEach((outcome, index) => {
      for (const retry of [false, true]) {
        const attempts = this.#attempts[index * 2 + (retry ? 1 : 0)];
        if (attempts === undefined || attempts.count === 0) continue;
        const attributes = { ...this.attributes, outcome, retry };
        this.#flushHistogram(points, "headway.attempt.duration", attempts, attributes);
      }
      const calls = this.#calls[index];
      if (calls === undefined || calls.count === 0) return;
      const attributes = { ...this.attributes, outcome };
      this.#flushHistogram(points, "headway.call.duration", calls, attributes);
    });
  }

  #flushHistogram(
    points: SignalPoint[],
    signal: SignalPoint["signal"],
    histogram: ExponentialHistogram,
    attributes: SignalAttributes = this.attributes,
  ): void {
    if (histogram.count === 0) return;
    points.push({ signal, attributes, value: histogram.data() });
    histogram.reset();
  }

  #flushNamed(
    points: SignalPoint[],
    signal: SignalPoint["signal"],
    histograms: KeyedHistograms,
    attributesOf: (name: string) => SignalAttributes,
  ): void {
    this.dropped += histograms.dropped;
    histograms.flush((value, name, isOver) => {
      const more = name === undefined ? isOver && { overflow: true as const } : attributesOf(name);
      points.push({
        signal,
        attributes: more ? { ...this.attributes, ...more } : this.attributes,
        value,
      });
    });
  }

  #flushThrottles(points: SignalPoint[]): void {
    for (const reason of ["rate", "quota", "overloaded"] as const) {
      const value = this.#throttles[reason];
      if (value === 0) continue;
      points.push({
        signal: "headway.throttle",
        attributes: { ...this.attributes, reason },
        value,
      });
      this.#throttles[reason] = 0;
    }
    if (this.#retryAfterMs === 0) return;
    const value = this.#retryAfterMs / 1000;
    points.push({ signal: "headway.throttle.retry_after", attributes: this.attributes, value });
    this.#retryAfterMs = 0;
  }

  #flushAgents(points: SignalPoint[]): void {
    for (const [agent, count] of this.#agents)
      this.#pushAgent(points, { ...this.attributes, agent }, count);
    this.#agents.clear();
    this.#pushAgent(points, { ...this.attributes, overflow: true }, this.#agentsOver);
    this.#agentsOver.attempts = 0;
    this.#agentsOver.retries = 0;
  }

  #pushAgent(
    points: SignalPoint[],
    attributes: SignalAttributes,
    { attempts, retries }: AgentCount,
  ): void {
    if (attempts > 0)
      points.push({ signal: "headway.agent.attempts", attributes, value: attempts });
    if (retries > 0) points.push({ signal: "headway.agent.retries", attributes, value: retries });
  }

  #flushRates(windowMs: number): void {
    const seconds = Math.max(windowMs, 1) / 1000;
    // Half a minute of memory: long enough to know a bad hour when it goes on, short enough to notice the next one.
    const weight = 1 - Math.exp(-seconds / 30);
    this.failedRate += weight * (this.failed / seconds - this.failedRate);
    this.throttledRate += weight * (this.throttled / seconds - this.throttledRate);
    this.failed = 0;
    this.throttled = 0;
  }
}
