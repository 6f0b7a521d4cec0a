import type { Detection, Random } from "@headway/core";
import type { CascadeEdge } from "@headway/core/detect";
import { exponential, lognormal, randomStream } from "../simulation/random.ts";

export interface CascadeTroubleOptions {
  readonly seed: number;
  readonly nodes: number;
  /** Chance that a caller of what is in trouble is in trouble with it. */
  readonly spread: number;
  /** Chance that a node in trouble is not noticed. */
  readonly missed: number;
  /** Chance that a node without trouble has a detection of its own within the same two minutes. */
  readonly noise: number;
  /** Chance that the call graph lacks an edge. */
  readonly edgesMissed: number;
}

export interface CascadeTrouble {
  readonly faulty: string;
  /** As the graph of calls knows them. */
  readonly edges: readonly CascadeEdge[];
  /** In the order in which they fire; the fault begins at 0. */
  readonly detections: readonly Detection[];
}

const CALLEES_MAX = 3;
const LAG_MS_MEAN = 3_000;
const LAG_SIGMA = 0.8;
/** What a detector needs on top, until the next whole window. */
const DELAY_MS_MEAN = 5_000;
const NOISE_MS = 60_000;
const WINDOW_MS = 1_000;
/** A fault that nobody above feels is no cascade. */
const NOTICED_MIN = 2;

/** A random call graph without rings, a fault at one of its nodes, and what spreads from there up to those who call it. */
export function causeTrouble(options: CascadeTroubleOptions): CascadeTrouble {
  for (let draw = 0; ; draw += 1) {
    const random = randomStream(options.seed, `cascade/${draw}`);
    const edges = drawGraph(options.nodes, random);
    const faulty = nameOf(Math.floor(random() * options.nodes));
    const detections = spreadFrom(faulty, edges, options, random);
    if (detections.length < NOTICED_MIN) continue;
    return {
      faulty,
      edges: edges.filter(() => random() >= options.edgesMissed),
      detections: [...detections, ...noiseAmong(detections, options, random)].sort(
        (a, b) => (a.firedAtMs ?? 0) - (b.firedAtMs ?? 0),
      ),
    };
  }
}

/** Each but the last calls one to three of those after it. */
function drawGraph(nodes: number, random: Random): readonly CascadeEdge[] {
  return Array.from({ length: nodes - 1 }, (_, from) => {
    const callees = new Set<number>();
    const wanted = 1 + Math.floor(random() * CALLEES_MAX);
    for (let callee = 0; callee < wanted; callee += 1)
      callees.add(from + 1 + Math.floor(random() * (nodes - from - 1)));
    return [...callees].map((to) => ({ from: nameOf(from), to: nameOf(to) }));
  }).flat();
}

function spreadFrom(
  faulty: string,
  edges: readonly CascadeEdge[],
  { spread, missed }: CascadeTroubleOptions,
  random: Random,
): readonly Detection[] {
  const troubledAtMs = new Map([[faulty, 0]]);
  // Callers come before callees in the graph, so the last edges are the deepest.
  for (const { from, to } of edges.toReversed()) {
    const atMs = troubledAtMs.get(to);
    if (atMs === undefined || random() >= spread) continue;
    const reachedMs = atMs + lognormal(random, LAG_MS_MEAN, LAG_SIGMA);
    troubledAtMs.set(from, Math.min(troubledAtMs.get(from) ?? Infinity, reachedMs));
  }
  return [...troubledAtMs].flatMap(([dependency, atMs]) => {
    const firedAtMs = atMs + exponential(random, DELAY_MS_MEAN);
    return random() < missed ? [] : [detectionOf(dependency, firedAtMs)];
  });
}

function noiseAmong(
  troubled: readonly Detection[],
  { nodes, noise }: CascadeTroubleOptions,
  random: Random,
): readonly Detection[] {
  const known = new Set(troubled.map(({ dependency }) => dependency));
  return Array.from({ length: nodes }, (_, node) => nameOf(node)).flatMap((dependency) =>
    known.has(dependency) || random() >= noise
      ? []
      : [detectionOf(dependency, (2 * random() - 1) * NOISE_MS)],
  );
}

function nameOf(node: number): string {
  return `tool:t${node}`;
}

function detectionOf(dependency: string, atMs: number): Detection {
  const firedAtMs = Math.ceil(atMs / WINDOW_MS) * WINDOW_MS;
  return {
    id: `det_${dependency}`,
    kind: "degraded",
    tenant: "default",
    dependency,
    state: "firing",
    startedAtMs: firedAtMs,
    firedAtMs,
    resolvedAtMs: null,
    severity: 0.5,
    summary: "",
    evidence: {},
  };
}
