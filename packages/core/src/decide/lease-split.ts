import { PRIORITIES } from "../signals/priority.ts";
import type { Priority } from "../signals/priority.ts";
import type { ByPriority } from "./instance-gauges.ts";

export interface LeaseClaim {
  readonly instance: string;
  readonly inFlight: number;
  readonly waiting: ByPriority;
  /** Slot-seconds this process has had less (negative: more) than its fair share. */
  readonly credit: number;
}

export interface LeaseShare {
  /** Whole attempts that this process may have in flight. */
  readonly amount: number;
  /** What a division into fractions would have given it: the basis of its next credit. */
  readonly fair: number;
}

/** Halvings that find the level among thousands of slots to well below a thousandth of one. */
const LEVEL_STEPS = 30;
const LEVEL_PRECISION = 1e-6;

/** Calls that a process may still want: what it holds now, and what it has in flight, which may be followed by more. */
function demandOf({ inFlight, waiting }: LeaseClaim): number {
  return inFlight + waiting.reduce((sum, count) => sum + count, 0);
}

/**
 * While demand is far below the bound nobody is to be held: each process may use the whole unused headroom. One process that
 * bursts keeps the fleet within the bound; k that burst at once exceed it by at most (k - 1) * headroom, until the next tick.
 */
export function relaxedShares(
  capacity: number,
  claims: readonly LeaseClaim[],
): ReadonlyMap<string, LeaseShare> {
  const demand = claims.reduce((sum, claim) => sum + demandOf(claim), 0);
  const headroom = Math.max(Math.floor(capacity - demand), 1);
  return new Map(
    claims.map((claim) => [
      claim.instance,
      { amount: demandOf(claim) + headroom, fair: capacity / claims.length },
    ]),
  );
}

/**
 * Splits a bound exactly, over what the processes hold: priority 1 of all of them before priority 2 of any; inside a priority
 * max-min fair; whole slots, so where a fair share is below one slot the slots go to those who have waited longest.
 * `stickiness` (slot-seconds) keeps a slot where it is in use for a while, because every move leaves it idle for a tick.
 *
 *     sum of max(amount, in flight) <= capacity        unless what is in flight already exceeds it
 *
 * A process that is to shrink still occupies what it has in flight; others grow only into what is free.
 */
export function exactShares(
  capacity: number,
  claims: readonly LeaseClaim[],
  { stickiness, draining }: { stickiness: number; draining: number },
): ReadonlyMap<string, LeaseShare> {
  const slots = Math.max(Math.floor(capacity), 0);
  const entitled = entitlements(slots, claims, stickiness);
  const excess = claims.reduce(
    (sum, { instance, inFlight }) => sum + Math.max(inFlight - entitled.get(instance)!.amount, 0),
    0,
  );
  const occupied = claims.reduce((sum, { inFlight }) => sum + inFlight, 0);
  const free = Math.floor(slots - occupied + excess * draining);
  const growing = claims
    .map((claim) => ({ claim, wants: entitled.get(claim.instance)!.amount - claim.inFlight }))
    .filter(({ wants }) => wants > 0)
    .sort((a, b) => mostUrgent(a.claim) - mostUrgent(b.claim) || b.claim.credit - a.claim.credit);
  const nothing = growing.map(() => 0);
  const grown = fillInTurns(
    growing.map(({ wants }) => wants),
    nothing,
    Math.max(free, 0),
  );
  const extra = new Map(growing.map(({ claim }, at) => [claim.instance, grown[at]!]));
  return new Map(
    claims.map(({ instance, inFlight }) => {
      const { amount, fair } = entitled.get(instance)!;
      return [instance, { amount: Math.min(amount, inFlight + (extra.get(instance) ?? 0)), fair }];
    }),
  );
}

function entitlements(
  slots: number,
  claims: readonly LeaseClaim[],
  stickiness: number,
): ReadonlyMap<string, LeaseShare> {
  const ranked = [...claims].sort((a, b) => rank(b, stickiness) - rank(a, stickiness));
  const amounts = ranked.map(() => 0);
  const fairs = ranked.map(() => 0);
  let left = slots;
  const give = (wants: readonly number[]): void => {
    if (left === 0 || wants.every((want) => want === 0)) return;
    const level = fairLevel(wants, fairs, left);
    const given = fillInTurns(wants, amounts, left);
    for (const at of ranked.keys()) {
      amounts[at]! += given[at]!;
      fairs[at]! += above(level, fairs[at]!, wants[at]!);
      left -= given[at]!;
    }
  };
  for (const priority of PRIORITIES) give(ranked.map(({ waiting }) => waiting[priority - 1]!));
  // What is left over is headroom, first for those who are at work and may want to go on, then for all alike.
  give(ranked.map(({ inFlight }) => inFlight));
  give(ranked.map(() => left));
  return new Map(
    ranked.map(({ instance }, at) => [instance, { amount: amounts[at]!, fair: fairs[at]! }]),
  );
}

function rank({ credit, inFlight }: LeaseClaim, stickiness: number): number {
  return credit + (inFlight > 0 ? stickiness : 0);
}

function mostUrgent({ waiting }: LeaseClaim): Priority {
  return PRIORITIES.find((priority) => waiting[priority - 1]! > 0) ?? 5;
}

/** Max-min in whole slots, on top of what each has: all up to the level, and what then is left one each, first come first. */
function fillInTurns(wants: readonly number[], has: readonly number[], slots: number): number[] {
  const level = Math.floor(fairLevel(wants, has, slots));
  const given = wants.map((want, at) => above(level, has[at]!, want));
  let left = slots - given.reduce((sum, count) => sum + count, 0);
  for (const [at, want] of wants.entries()) {
    if (left < 1) break;
    if (given[at]! >= want || has[at]! + given[at]! > level) continue;
    given[at]! += 1;
    left -= 1;
  }
  return given;
}

/** The water level up to which everybody who wants more is filled. Infinite where all wants fit. */
function fairLevel(wants: readonly number[], has: readonly number[], slots: number): number {
  const needs = (level: number): number =>
    wants.reduce((sum, want, at) => sum + above(level, has[at]!, want), 0);
  if (needs(Number.POSITIVE_INFINITY) <= slots) return Number.POSITIVE_INFINITY;
  // What is needed grows with the level piece by piece in straight lines, ever flatter or steeper; each step goes along the
  // present piece, inside what is known to be too low and too high, and halves where that leads nowhere.
  let [low, high] = [0, slots + Math.max(...has)];
  for (
    let step = 0, level = high / 2;
    step < LEVEL_STEPS && high - low > LEVEL_PRECISION;
    step += 1
  ) {
    const short = slots - needs(level);
    if (short >= 0) low = level;
    else high = level;
    const rising = wants.filter((want, at) => has[at]! <= level && level < has[at]! + want).length;
    const along = level + short / rising;
    if (Math.abs(short) < LEVEL_PRECISION) return level;
    level = along > low && along < high ? along : (low + high) / 2;
  }
  return low;
}

function above(level: number, has: number, want: number): number {
  return Math.min(Math.max(level - has, 0), want);
}
