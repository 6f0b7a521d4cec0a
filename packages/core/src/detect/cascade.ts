import type { Detection, Finding } from "./detection.ts";

/** A caller and whom it calls, both as dependency keys. */
export interface CascadeEdge {
  readonly from: string;
  readonly to: string;
}

export interface Cascade {
  /** The firing dependency that none of its own firing callees explains. */
  readonly root: string;
  /** The root first, then the callers it reached, in order of their first detection. */
  readonly affected: readonly string[];
  /** The edges along which trouble rose, each from the troubled callee's side: caller → callee. */
  readonly edges: readonly CascadeEdge[];
  /** Of those edges, the share on which the callee fired no later than its caller: 1 fits a cascade, 0 contradicts it. */
  readonly orderShare: number;
  readonly finding: Finding;
}

/** Kinds that say a dependency is in trouble itself. A loop or a fan-out is its caller's doing and spreads downwards. */
const TROUBLE: ReadonlySet<Detection["kind"]> = new Set([
  "degraded",
  "failing",
  "throttled",
  "saturation",
  "retry_storm",
]);

/**
 * Trouble that spreads up a call graph: a caller waits for, and fails with, what it calls.
 *
 *     root = a firing node none of whose callees fire        cascade(root) = firing nodes that reach it over firing nodes
 *
 * Reported from two nodes on. Its false-alarm rate is that of the detections it is made of, and of two neighbours at
 * once: the product of theirs. Nodes that fire in a ring with no root of their own (mutual calls) are attributed to the
 * one that fired first. Order along the edges is evidence only, because windows of a second may swap cause and effect.
 */
export function findCascades(
  firing: readonly Detection[],
  edges: readonly CascadeEdge[],
): readonly Cascade[] {
  const firedAtMs = firstTrouble(firing);
  const troubled = edges.filter(
    ({ from, to }) => from !== to && firedAtMs.has(from) && firedAtMs.has(to),
  );
  const callers = new Map<string, string[]>();
  for (const { from, to } of troubled) callers.set(to, [...(callers.get(to) ?? []), from]);
  return rootsOf(firedAtMs, troubled, callers)
    .map((root) => describe(root, reach(root, callers), troubled, firedAtMs))
    .filter((cascade) => cascade.affected.length > 1);
}

function firstTrouble(firing: readonly Detection[]): ReadonlyMap<string, number> {
  const first = new Map<string, number>();
  for (const { kind, state, dependency, firedAtMs } of firing) {
    if (state !== "firing" || firedAtMs === null || !TROUBLE.has(kind)) continue;
    first.set(dependency, Math.min(first.get(dependency) ?? Infinity, firedAtMs));
  }
  return first;
}

function rootsOf(
  firedAtMs: ReadonlyMap<string, number>,
  troubled: readonly CascadeEdge[],
  callers: ReadonlyMap<string, readonly string[]>,
): readonly string[] {
  const explained = new Set(troubled.map((edge) => edge.from));
  const roots = [...firedAtMs.keys()].filter((node) => !explained.has(node));
  const covered = new Set(roots.flatMap((root) => [...reach(root, callers)]));
  // What is left is only reached from rings; each ring's first to fire stands for it.
  const left = [...firedAtMs.keys()].filter((node) => !covered.has(node)).sort(byTime(firedAtMs));
  for (const node of left) {
    if (covered.has(node)) continue;
    roots.push(node);
    for (const reached of reach(node, callers)) covered.add(reached);
  }
  return roots.sort(byTime(firedAtMs));
}

function reach(root: string, callers: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const reached = new Set([root]);
  // A Set iterates over what is added while it iterates, which makes this a breadth-first walk.
  for (const node of reached) for (const caller of callers.get(node) ?? []) reached.add(caller);
  return reached;
}

function describe(
  root: string,
  reached: ReadonlySet<string>,
  troubled: readonly CascadeEdge[],
  firedAtMs: ReadonlyMap<string, number>,
): Cascade {
  const others = [...reached].filter((node) => node !== root).sort(byTime(firedAtMs));
  const edges = troubled.filter(({ from, to }) => reached.has(from) && reached.has(to));
  const inOrder = edges.filter(
    ({ from, to }) => (firedAtMs.get(to) ?? 0) <= (firedAtMs.get(from) ?? 0),
  ).length;
  const orderShare = edges.length === 0 ? 1 : inOrder / edges.length;
  const affected = [root, ...others];
  const finding: Finding = {
    state: "abnormal",
    severity: 1 - 1 / affected.length,
    summary: `${root} is in trouble and ${others.length} of its callers with it: ${others.slice(0, 3).join(", ")}`,
    evidence: { root, affected, edges: edges.map(({ from, to }) => `${from} → ${to}`), orderShare },
  };
  return { root, affected, edges, orderShare, finding };
}

function byTime(firedAtMs: ReadonlyMap<string, number>): (a: string, b: string) => number {
  return (a, b) => (firedAtMs.get(a) ?? 0) - (firedAtMs.get(b) ?? 0) || (a < b ? -1 : 1);
}
