import type { SpanOutcome } from "./outcome-of-span.ts";
import { cover, uncover } from "./coverage.ts";
import type { SpanNode } from "./span-node.ts";

const REFUSED: SpanOutcome = { outcome: "refused" };

/*
 * A call's span often opens before the hook lets its attempt go: what waits there is not in flight, and what is refused never was.
 */

/** A run that stands at the hook. What is above it waits too: that is no time of its own. */
export class Wait {
  readonly startMs: number;
  readonly #run: SpanNode;
  /** What would claim the run if it began. */
  readonly #claimer: SpanNode | undefined;

  constructor(run: SpanNode, claimer: SpanNode | undefined, nowMs: number) {
    this.startMs = nowMs;
    this.#run = run;
    this.#claimer = claimer;
    if (run.above !== undefined && !run.above.isEnded) cover(run.above, nowMs);
    if (claimer === undefined) return;
    claimer.waits += 1;
    claimer.waitedFor = run.identity.dependency;
    claimer.wasRefused = false;
  }

  ended(admitted: boolean, nowMs: number): void {
    uncover(this.#run, nowMs);
    if (this.#claimer === undefined) return;
    this.#claimer.waits -= 1;
    this.#claimer.wasRefused = !admitted;
  }
}

/** Nothing of it is in flight: it waits, or was refused last and may come again. */
export function isKeptBack({ waits, wasRefused, waitedFor, identity }: SpanNode): boolean {
  // What said late what it is may be something else than what waited below it.
  return (waits > 0 || wasRefused) && waitedFor === identity.dependency;
}

/** Says of a node that ends whether it was refused: it was where none of its attempts, or of the layers below, ever went out. */
export function settleRefusal(node: SpanNode): void {
  if (isTurnedAway(node)) node.ended = REFUSED;
  // A retry that was refused leaves the call where its last attempt left it.
  else if (node.claimed > 0 && node.ended?.outcome === "refused")
    node.ended = node.failures?.at(-1)?.node.ended ?? node.ended;
}

function isTurnedAway(node: SpanNode): boolean {
  return node.claimed === 0 ? isKeptBack(node) : node.claimed === node.claimedRefused;
}
