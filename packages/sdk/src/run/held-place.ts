import type { Lendable } from "../gate/admission.ts";
import type { Place } from "../gate/decision-table.ts";

/**
 * The place at a gate that a run holds. What it calls at the same gate may go on that place instead of waiting for another, or
 * calls inside calls would wait for themselves; but only one of its calls at a time, and only while it runs.
 */
export interface HeldPlace extends Lendable {
  /** Undefined: it holds none. */
  readonly place: Place | undefined;
  readonly isProbe: boolean;
  /** Whose place it is; undefined where it entered the gate itself. */
  readonly lender: HeldPlace | undefined;
  /** What the runs around it hold. */
  around: HeldPlace | undefined;
}

/** The innermost run under way, of `held` and those around it, that holds a place here. */
export function heldAt(held: HeldPlace | undefined, place: Place): HeldPlace | undefined {
  for (let at = held; at !== undefined; at = at.around) {
    if (at.isOpen && at.place === place) return at;
  }
  return undefined;
}

/** `held` or the first around it that is under way. Forgets what has ended, as runs that each start the next make a long chain. */
export function underWay(held: HeldPlace | undefined): HeldPlace | undefined {
  let first = held;
  while (first !== undefined && !first.isOpen) first = first.around;
  if (first !== undefined) {
    while (first.around?.isOpen === false) first.around = first.around.around;
  }
  return first;
}

/** The run has ended. A place that is lent is given back when the call on it ends. */
export function letGo(held: HeldPlace, nowMs: number): void {
  held.isOpen = false;
  if (!held.isLent) giveBack(held, nowMs);
}

function giveBack({ place, lender, isProbe }: HeldPlace, nowMs: number): void {
  if (place === undefined) return;
  if (lender === undefined) place.gate.leave(isProbe);
  else {
    lender.isLent = false;
    if (!lender.isOpen) return giveBack(lender, nowMs);
  }
  if (place.room.length > 0) place.room.drain(nowMs);
}
