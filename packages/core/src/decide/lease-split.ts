import { PRIORITIES } from "../signals/priority.ts";
import type { ByPriority } from "./instance-gauges.ts";

export interface LeaseClaim {
  readonly instance: string;
  readonly inFlight: number;
  readonly waiting: ByPriority;
  /** The exact lease that it has; undefined where it has none, or one that overlaps with others'. */
  readonly granted: number | undefined;
  /** What it says of itself was said with this lease in hand. */
  readonly isHeard: boolean;
  /** Slot-seconds this process has had less (negative: more) than its fair share. */
  readonly credit: number;
  /** How likely the one of its attempts that is open longest has ended by the time a grant of now arrives elsewhere. */
  readonly soon: number;
}

export interface LeaseShare {
  /** Whole attempts that this process may have in flight. */
  readonly amount: number;
  /** What a division into fractions would have given it: the basis of its next credit. */
  readonly fair: number;
}

export interface SplitOptions {
  /** Slot-seconds of credit that another process must be ahead for a slot to move to it. */
  readonly stickiness: number;
}

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
 * Splits a bound exactly, in whole slots, by changing the split that stands: a slot stays with its holder, who uses it again in the
 * same instant, until there is a reason to move it, because a moved slot is idle for as long as news and grant are on the way.
 *
 *     sum of max(amount, in flight) <= capacity + sum of soon * (in flight - amount)        unless what is in flight already exceeds it
 *
 * S1  Who has heard of its slots and has no use for them gives them up.
 * S2  Over the bound, slots are given up where they are needed least: by whom only less urgent calls wait for, then by who has most, then
 *     by whose attempt has nearly ended, then by who is ahead of its fair share.
 * S3  What is free goes to the most urgent call of all, then to who has least, then to who has waited longest.
 * S4  A slot moves to a call that waits if it is more urgent than what its holder would use it for; to one as urgent if its process
 *     has two fewer, or is behind by `stickiness`, or by anything where the holder does not use it.
 *     Not for a call that a slot of its own process is likely to serve as soon.
 * S5  What was granted and not yet heard of counts, and is not taken back: it may be in use already.
 */
export function exactShares(
  capacity: number,
  claims: readonly LeaseClaim[],
  options: SplitOptions,
): ReadonlyMap<string, LeaseShare> {
  const slots = Math.max(Math.floor(capacity), 0);
  const seats = claims.map(seatOf);
  giveUp(seats, total(seats, ({ amount }) => amount) - slots);
  const free =
    slots -
    total(seats, ({ amount, claim }) => Math.max(amount, claim.inFlight)) +
    total(seats, (seat) => seat.claim.soon * leavingOf(seat));
  spread(seats, grant(seats, Math.floor(free)));
  move(seats, options);
  const wants = claims.map(demandOf);
  const level = fairLevel(wants, slots);
  return new Map(
    seats.map(({ claim, amount }, at) => [
      claim.instance,
      { amount, fair: Math.min(level, wants[at]!) },
    ]),
  );
}

interface Seat {
  readonly claim: LeaseClaim;
  amount: number;
  /** Calls that wait and have no slot to come, by priority. */
  readonly unserved: number[];
  /** Priority of what a slot of it would be used for next; `NOBODY` where nothing waits. */
  readonly next: number;
}

const NOBODY = 6;
/**
 * A slot moves to a process while those of its own that will be free in time, each serving one call, leave more than so much of a call of
 * those that wait as urgently: where one waits, own slots whose chance to be free in time comes to four tenths are enough.
 */
const SOON = 0.6;

function seatOf(claim: LeaseClaim): Seat {
  const { granted, isHeard, inFlight, waiting } = claim;
  // Whole slots, whatever a process says.
  const used = Math.ceil(Math.min(granted ?? inFlight, demandOf(claim)));
  const amount = isHeard ? used : (granted ?? used);
  const unserved = [...waiting];
  const seat = { claim, amount, unserved, next: mostUrgent(unserved) };
  for (let free = amount - inFlight; free > 0 && serve(seat);) free -= 1;
  return seat;
}

function mostUrgent(waiting: readonly number[]): number {
  return PRIORITIES.find((priority) => waiting[priority - 1]! > 0) ?? NOBODY;
}

/** Its most urgent call has a slot to come; `false` where none waits. */
function serve({ unserved }: Seat): boolean {
  const priority = mostUrgent(unserved);
  if (priority === NOBODY) return false;
  unserved[priority - 1]! -= 1;
  return true;
}

/** Slots that it has given up and still uses. */
function leavingOf({ amount, claim }: Seat): number {
  return Math.max(claim.inFlight - amount, 0);
}

/** S2. */
function giveUp(seats: readonly Seat[], count: number): void {
  for (let left = count; left > 0;) {
    const donors = donorsOf(seats);
    const [first] = donors;
    if (!first) return;
    const { next, amount } = first;
    const worst = donors.filter((seat) => seat.next === next && seat.amount === amount);
    for (const seat of worst.slice(0, left)) seat.amount -= 1;
    left -= worst.length;
  }
}

/** Who could give a slot up, first who should. */
function donorsOf(seats: readonly Seat[]): Seat[] {
  return seats
    .filter(({ amount, claim }) => amount > 0 && claim.isHeard)
    .sort(
      (a, b) =>
        b.next - a.next ||
        b.amount - a.amount ||
        b.claim.soon - a.claim.soon ||
        a.claim.credit - b.claim.credit,
    );
}

/** S3. Returns what is left when nobody waits any more. */
function grant(seats: readonly Seat[], count: number): number {
  let left = count;
  while (left > 0) {
    const askers = askersOf(seats);
    const [first] = askers;
    if (!first) return left;
    const urgency = mostUrgent(first.unserved);
    const { amount } = first;
    const best = askers.filter(
      (seat) => mostUrgent(seat.unserved) === urgency && seat.amount === amount,
    );
    for (const seat of best.slice(0, left)) {
      serve(seat);
      seat.amount += 1;
    }
    left -= best.length;
  }
  return 0;
}

/** For whom a call waits without a slot to come, first who should have one. */
function askersOf(seats: readonly Seat[]): Seat[] {
  return seats
    .filter(({ unserved }) => mostUrgent(unserved) !== NOBODY)
    .sort(
      (a, b) =>
        mostUrgent(a.unserved) - mostUrgent(b.unserved) ||
        a.amount - b.amount ||
        b.claim.credit - a.claim.credit,
    );
}

/** Nobody waits: what is left is headroom, for all alike. */
function spread(seats: readonly Seat[], count: number): void {
  if (count < 1 || seats.length === 0) return;
  const each = Math.floor(count / seats.length);
  for (const [at, seat] of seats.entries())
    seat.amount += each + (at < count - each * seats.length ? 1 : 0);
}

/** S4. Slots that are on their way from holder to holder already are not asked for twice. */
function move(seats: readonly Seat[], options: SplitOptions): void {
  let promised = total(seats, leavingOf);
  for (let isMoving = true; isMoving;) {
    isMoving = false;
    const donors = donorsOf(seats);
    for (const asker of askersOf(seats)) {
      const donor = promised > 0 ? undefined : donors.shift();
      if (promised === 0 && !(donor && isWorthIt(asker, donor, options))) break;
      if (donor) donor.amount -= 1;
      else promised -= 1;
      serve(asker);
      isMoving = true;
    }
  }
}

function isWorthIt(asker: Seat, donor: Seat, { stickiness }: SplitOptions): boolean {
  const urgency = mostUrgent(asker.unserved);
  if (asker.amount * asker.claim.soon >= asker.unserved[urgency - 1]! - SOON) return false;
  if (asker === donor) return false;
  if (urgency !== donor.next) return urgency < donor.next;
  if (donor.amount >= asker.amount + 2) return true;
  const lead = asker.claim.credit - donor.claim.credit;
  return donor.amount > asker.amount && lead > (donor.claim.inFlight > 0 ? stickiness : 0);
}

function total(seats: readonly Seat[], of: (seat: Seat) => number): number {
  return seats.reduce((sum, seat) => sum + of(seat), 0);
}

/** The water level up to which everybody who wants more is filled. Infinite where all wants fit. */
function fairLevel(wants: readonly number[], slots: number): number {
  const sorted = [...wants].sort((a, b) => a - b);
  let left = slots;
  for (const [at, want] of sorted.entries()) {
    const each = left / (sorted.length - at);
    if (want > each) return each;
    left -= want;
  }
  return Number.POSITIVE_INFINITY;
}
