import type { Step } from "./unit-of-work.ts";
import { rounded } from "./cost-tally.ts";
import type { Measurement } from "./measurement.ts";

export type TreeRow = Measurement["series"]["tree"][number];

const DEPTH_MAX = 8;
const NODES_MAX = 2_000;

export interface TreeNode {
  readonly kind: "workflow" | "dependency";
  readonly name: string;
  readonly below: Map<string, TreeNode>;
  calls: number;
  attempts: number;
  retries: number;
  failed: number;
  ms: number;
}

/** What units of work called, and what those calls called in turn, merged by name along the path. */
export class FanOutTree {
  readonly #roots = new Map<string, TreeNode>();
  #size = 0;
  leftOut = 0;

  add(workflow: string, steps: readonly Step[], wallMs: Float64Array, durationMs: number): void {
    const root = this.#child(this.#roots, "workflow", workflow);
    if (root === undefined) return;
    root.calls += 1;
    root.attempts += 1;
    root.ms += durationMs;
    const stepOf = new Map<number, Step>(steps.map((step) => [step.call, step]));
    const nodes = new Map<number, TreeNode | undefined>();
    for (const [index, step] of steps.entries()) {
      const isNew = !nodes.has(step.call);
      const node = this.#nodeOf(step.call, stepOf, nodes, root);
      if (node === undefined) continue;
      if (isNew) node.calls += 1;
      node.attempts += 1;
      if (step.isRetry) node.retries += 1;
      if (step.isFailed) node.failed += 1;
      node.ms += wallMs[index] ?? 0;
    }
  }

  /** The most time first, down to `max` nodes; parents before their children. */
  rows(max: number): readonly TreeRow[] {
    const rows: TreeRow[] = [];
    const visit = (node: TreeNode, parent: TreeRow | null, runs: number): void => {
      if (rows.length >= max) {
        this.leftOut += 1;
        return;
      }
      const row: TreeRow = {
        id: rows.length,
        parent: parent?.id ?? null,
        kind: node.kind,
        name: node.name,
        calls: node.calls,
        attempts: node.attempts,
        retries: node.retries,
        failed: node.failed,
        amplification: rounded(parent === null ? 1 : node.attempts / Math.max(1, parent.attempts)),
        perRun: rounded(node.attempts / Math.max(1, runs)),
        agentSeconds: rounded(node.ms / 1_000),
      };
      rows.push(row);
      for (const below of sorted(node.below)) visit(below, row, runs);
    };
    for (const root of sorted(this.#roots)) visit(root, null, root.attempts);
    return rows;
  }

  /** The node of a call: below that of the call that made it. A chain that never ends is cut. */
  #nodeOf(
    call: number,
    stepOf: ReadonlyMap<number, Step>,
    nodes: Map<number, TreeNode | undefined>,
    root: TreeNode,
  ): TreeNode | undefined {
    const path: Step[] = [];
    let above: TreeNode | undefined = root;
    for (let at = stepOf.get(call); at !== undefined;) {
      if (nodes.has(at.call)) {
        above = nodes.get(at.call);
        break;
      }
      path.push(at);
      if (path.length >= DEPTH_MAX) break;
      at = at.parentCall === undefined ? undefined : stepOf.get(at.parentCall);
    }
    for (const step of path.toReversed()) {
      above = above && this.#child(above.below, "dependency", step.dependency);
      if (step.call === call) nodes.set(call, above);
    }
    return above;
  }

  #child(among: Map<string, TreeNode>, kind: TreeNode["kind"], name: string): TreeNode | undefined {
    const known = among.get(name);
    if (known !== undefined) return known;
    if (this.#size >= NODES_MAX) {
      this.leftOut += 1;
      return undefined;
    }
    this.#size += 1;
    const node: TreeNode = {
      kind,
      name,
      below: new Map(),
      calls: 0,
      attempts: 0,
      retries: 0,
      failed: 0,
      ms: 0,
    };
    among.set(name, node);
    return node;
  }
}

function sorted(nodes: ReadonlyMap<string, TreeNode>): readonly TreeNode[] {
  return [...nodes.values()].toSorted(
    (a, b) => b.ms - a.ms || b.attempts - a.attempts || (a.name < b.name ? -1 : 1),
  );
}
