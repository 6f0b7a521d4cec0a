import { callMoments } from "./call-moments.ts";
import type { AttemptMoments } from "./call-moments.ts";
import type { Condition } from "./condition.ts";
import { lognormalShareWithin } from "./service-times.ts";
import type { ServiceTimes } from "./service-times.ts";
import type { TokenBucket } from "./token-bucket.ts";

export interface OutlookParts {
  readonly servers: number;
  readonly rejectMs: number;
  readonly services: ServiceTimes;
  readonly condition: Condition;
  readonly bucket: TokenBucket | undefined;
  readonly inner: readonly InnerOutlook[];
}

/** What one of the inner calls meets. */
export interface InnerOutlook {
  readonly outlook: Outlook;
  readonly timeoutMs: number;
  readonly times: number;
  readonly attempts: number;
}

interface Moments {
  readonly meanMs: number;
  readonly varianceMs2: number;
  /** The share of services whose inner calls all succeed. */
  readonly innerOk: number;
}

const STEPS = 32;

/**
 * What a dependency can do at a moment, told from its own faults and never from a measurement: this is what the oracle knows.
 *
 * Exact for a dependency that calls no other. For one that does, inner calls are taken to find a free server and to be independent,
 * and the sum of all the times to be log-normal with the mean and variance that follow (Fenton and Wilkinson's approximation).
 */
export class Outlook {
  readonly #parts: OutlookParts;
  /** What was found last, and from what: an oracle asks at every event, but little changes between two. */
  #known: Moments | undefined;
  #knownFrom: number[] = [];
  /** Written anew at every question; it and `#knownFrom` change places when the answer does. */
  #state: number[] = [];

  constructor(parts: OutlookParts) {
    this.#parts = parts;
  }

  servers(nowMs: number): number {
    const { servers, condition } = this.#parts;
    const share = condition.serversShare(nowMs);
    return share === 0 ? 0 : Math.max(1, Math.round(servers * share));
  }

  meanMs(nowMs: number): number {
    return this.#moments(nowMs).meanMs;
  }

  capacityPerSecond(nowMs: number): number {
    const { condition, bucket, inner } = this.#parts;
    const { meanMs, innerOk } = this.#moments(nowMs);
    if (condition.outShare(nowMs) >= 1 || this.#doorOk(nowMs) === 0) return 0;
    let perSecond = (this.servers(nowMs) * 1_000) / meanMs;
    // Errors at the door cost no server but do cost a token.
    if (bucket) perSecond = Math.min(perSecond, bucket.perSecond * this.#doorOk(nowMs));
    perSecond *= innerOk;
    for (const { outlook, times } of inner)
      perSecond = Math.min(perSecond, outlook.capacityPerSecond(nowMs) / times);
    return perSecond;
  }

  shareWithin(ms: number, nowMs: number): number {
    const { services, condition, inner } = this.#parts;
    if (inner.length === 0) return services.shareWithin(ms / condition.slowness(nowMs));
    const { meanMs, varianceMs2 } = this.#moments(nowMs);
    const sigma = Math.sqrt(Math.log1p(varianceMs2 / meanMs ** 2));
    return lognormalShareWithin(ms, meanMs, sigma);
  }

  #doorOk(nowMs: number): number {
    const { condition } = this.#parts;
    return (1 - condition.errorShare(nowMs)) * (1 - condition.hangShare(nowMs));
  }

  #moments(nowMs: number): Moments {
    if (this.#parts.inner.length === 0) return this.#momentsNow(nowMs);
    this.#state.length = 0;
    this.#addState(this.#state, nowMs);
    if (this.#known !== undefined && isEqual(this.#state, this.#knownFrom)) return this.#known;
    [this.#state, this.#knownFrom] = [this.#knownFrom, this.#state];
    this.#known = this.#momentsNow(nowMs);
    return this.#known;
  }

  /** All that the moments depend on. */
  #addState(state: number[], nowMs: number): void {
    const { condition, inner } = this.#parts;
    state.push(condition.slowness(nowMs), condition.errorShare(nowMs));
    state.push(condition.hangShare(nowMs), condition.outShare(nowMs));
    for (const { outlook } of inner) outlook.#addState(state, nowMs);
  }

  #momentsNow(nowMs: number): Moments {
    const { services, condition, inner } = this.#parts;
    const slowness = condition.slowness(nowMs);
    let meanMs = services.meanMs * slowness;
    let varianceMs2 = services.varianceMs2 * slowness ** 2;
    let innerOk = 1;
    for (const { outlook, timeoutMs, times, attempts } of inner) {
      const call = callMoments(outlook.#attempt(timeoutMs, nowMs), attempts);
      for (let time = 0; time < times; time += 1) {
        // A service whose earlier call failed has ended by then.
        meanMs += innerOk * call.meanMs;
        varianceMs2 += innerOk * call.varianceMs2;
        innerOk *= call.ok;
      }
    }
    return { meanMs, varianceMs2, innerOk };
  }

  /** What a caller with this time-out meets. */
  #attempt(timeoutMs: number, nowMs: number): AttemptMoments {
    const { rejectMs, condition } = this.#parts;
    const errors = 1 - (1 - condition.outShare(nowMs)) * (1 - condition.errorShare(nowMs));
    const hangs = (1 - errors) * condition.hangShare(nowMs);
    const served = 1 - errors - hangs;
    const inTime = this.shareWithin(timeoutMs, nowMs);
    const { innerOk } = this.#moments(nowMs);
    const { first, second } = this.#cappedMoments(timeoutMs, nowMs);
    const atDoorMs = errors * rejectMs + hangs * timeoutMs;
    const lateMs = (1 - inTime) * timeoutMs;
    return {
      ok: served * inTime * innerOk,
      meanMs: atDoorMs + served * first,
      meanSquareMs2: errors * rejectMs ** 2 + hangs * timeoutMs ** 2 + served * second,
      failedMs: atDoorMs + served * (lateMs + (first - lateMs) * (1 - innerOk)),
    };
  }

  /** Mean and mean square of a service cut off at `capMs`: the integrals of P(S > t) and of 2 t P(S > t) up to there. */
  #cappedMoments(capMs: number, nowMs: number): { first: number; second: number } {
    const step = capMs / STEPS;
    let first = 0;
    let second = 0;
    for (let at = 0; at < STEPS; at += 1) {
      const ms = (at + 0.5) * step;
      const longer = 1 - this.shareWithin(ms, nowMs);
      first += longer * step;
      second += 2 * ms * longer * step;
    }
    return { first, second };
  }
}

function isEqual(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((value, at) => value === b[at]);
}
