import type { Step } from "./unit-of-work.ts";

/** Steps that are told apart by the sweep; beyond, their own times stand for their share. */
const SWEPT_MAX = 500;

/**
 * Where a unit of work spent its time. At each instant it belongs to the innermost open attempts, evenly where several are open;
 * before a retry, while nothing else is open, to the retry that is waited for; else to the agent itself. So the parts add up to
 * the whole, however much ran side by side:
 *
 *     Σ steps + rest = end − start
 */
export interface WallTime {
  /** Milliseconds by step; a retry's pause is in it. */
  readonly ofSteps: Float64Array;
  /** Neither called nor waited: the agent's own work, and what nobody traced. */
  readonly restMs: number;
}

export function wallTimeOf(steps: readonly Step[], startMs: number, endMs: number): WallTime {
  if (steps.length > SWEPT_MAX) return byOwnTime(steps, startMs, endMs);
  return sweep(steps, startMs, endMs);
}

interface Edge {
  readonly atMs: number;
  readonly step: number;
  readonly kind: "pause" | "start" | "end";
}

function sweep(steps: readonly Step[], startMs: number, endMs: number): WallTime {
  const ofSteps = new Float64Array(steps.length);
  const open = new Set<number>();
  const paused = new Set<number>();
  const callsBelow = new Map<number, number>();
  let restMs = 0;
  let atMs = startMs;
  for (const edge of edgesOf(steps)) {
    const untilMs = Math.min(Math.max(edge.atMs, startMs), endMs);
    restMs += share(untilMs - atMs, { steps, open, paused, callsBelow, ofSteps });
    atMs = Math.max(atMs, untilMs);
    const { parentCall } = steps[edge.step]!;
    if (edge.kind === "pause") paused.add(edge.step);
    else if (edge.kind === "start") {
      open.add(edge.step);
      if (parentCall !== undefined)
        callsBelow.set(parentCall, (callsBelow.get(parentCall) ?? 0) + 1);
    } else {
      paused.delete(edge.step);
      if (open.delete(edge.step) && parentCall !== undefined)
        callsBelow.set(parentCall, (callsBelow.get(parentCall) ?? 1) - 1);
    }
  }
  return { ofSteps, restMs: restMs + Math.max(0, endMs - atMs) };
}

interface Sweep {
  readonly steps: readonly Step[];
  readonly open: ReadonlySet<number>;
  readonly paused: ReadonlySet<number>;
  readonly callsBelow: ReadonlyMap<number, number>;
  readonly ofSteps: Float64Array;
}

/** Gives an instant to whom it belongs; what belongs to nobody comes back. */
function share(ms: number, { steps, open, paused, callsBelow, ofSteps }: Sweep): number {
  if (ms <= 0) return 0;
  let inner = 0;
  for (const step of open) if (!(callsBelow.get(steps[step]!.call)! > 0)) inner += 1;
  if (inner > 0) {
    for (const step of open)
      if (!(callsBelow.get(steps[step]!.call)! > 0)) ofSteps[step]! += ms / inner;
    return 0;
  }
  // Pauses count only where nothing is open: an outer call that waits for its own retry below is open, and it is its time.
  if (open.size > 0) {
    for (const step of open) ofSteps[step]! += ms / open.size;
    return 0;
  }
  if (paused.size === 0) return ms;
  for (const step of paused) ofSteps[step]! += ms / paused.size;
  return 0;
}

const ORDER = { end: 0, pause: 1, start: 2 } as const;

function edgesOf(steps: readonly Step[]): readonly Edge[] {
  const edges: Edge[] = [];
  for (const [step, { startMs, endMs, gapMs }] of steps.entries()) {
    if (gapMs > 0) edges.push({ atMs: startMs - gapMs, step, kind: "pause" });
    // What takes no time has no share of it.
    if (endMs > startMs) edges.push({ atMs: startMs, step, kind: "start" });
    edges.push({ atMs: Math.max(startMs, endMs), step, kind: "end" });
  }
  return edges.sort((a, b) => a.atMs - b.atMs || ORDER[a.kind] - ORDER[b.kind] || a.step - b.step);
}

function byOwnTime(steps: readonly Step[], startMs: number, endMs: number): WallTime {
  const ofSteps = Float64Array.from(steps, ({ selfMs, gapMs }) => selfMs + gapMs);
  const sum = ofSteps.reduce((total, ms) => total + ms, 0);
  const wholeMs = Math.max(0, endMs - startMs);
  if (sum > wholeMs) for (const step of ofSteps.keys()) ofSteps[step]! *= wholeMs / sum;
  return { ofSteps, restMs: Math.max(0, wholeMs - sum) };
}
