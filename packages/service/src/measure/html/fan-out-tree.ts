import { hierarchy, tree } from "d3-hierarchy";
import { linkHorizontal } from "d3-shape";
import type { Measurement } from "../measurement.ts";
import { LOUD_ATTEMPTS_PER_CALL } from "./cells.ts";
import { clippedName } from "./clipped-name.ts";
import { markup } from "./markup.ts";
import type { Markup } from "./markup.ts";
import { formatCountOf, formatFactor, formatMean, formatShare, round2 } from "./number-format.ts";

type TreeNode = Measurement["series"]["tree"][number];

interface Shown {
  readonly node: TreeNode | undefined;
  readonly children: Shown[];
}

const NODES_MAX = 26;
const CARD = { width: 212, height: 44 };
/** The drawing fills the page where its depth allows. */
const PAGE_WIDTH = 1_128;
const COLUMN_WIDTH_MIN = 300;
const COLUMN_WIDTH_MAX = 458;
const ROW_HEIGHT = 58;
const LINK_WIDTH_MIN = 1.5;
const LINK_WIDTH_MAX = 18;

/**
 * Workflow classes at the left, what they lead to at the right. A link is as wide as the attempts per run that pass through it (by the
 * root, so that a hundredfold still fits), its red part is the share of them that are retries; the number at its end is the hop's factor.
 */
export function renderFanOutTree(nodes: readonly TreeNode[]): Markup {
  const shown = largestNodes(nodes);
  if (shown.length === 0) return markup``;
  const points = placed(shown);
  const { top, bottom, right } = extentOf(points);
  const widest = Math.max(1, ...points.map(({ node }) => node.perRun));
  const byId = new Map(points.map((point) => [point.node.id, point]));
  const hops = points.flatMap((point) => {
    const from = byId.get(point.node.parent ?? -1);
    return from === undefined ? [] : [{ point, from }];
  });
  const smaller = nodes.length - shown.length;
  return markup`<figure class="plot tree">
<figcaption>
<p>
A link is as wide as its attempts per run; its red part are retries. The number at its end
is the hop's
factor.${smaller > 0 && ` ${formatCountOf(smaller, "smaller node is", "smaller nodes are")} not drawn.`}
</p>
</figcaption>
<div class="scroll" tabindex="0" role="region" aria-label="Fan-out tree">
<svg width="${right + 4}" height="${bottom - top}"
viewBox="-4 ${top} ${right + 4} ${bottom - top}"
role="img"
aria-label="${spokenOf(shown)}">
${hops.map(({ point, from }) => renderLink(point, from, widest))} ${points.map(renderCard)}
${hops.map(({ point }) => renderFactor(point))}
</svg>
</div>
</figure>`;
}

/** A node of the tree and the middle of its card's left edge. d3 grows trees downwards; here they grow to the right. */
interface Placed {
  readonly node: TreeNode;
  readonly x: number;
  readonly y: number;
}

function placed(shown: readonly TreeNode[]): readonly Placed[] {
  const root = hierarchy(grownFrom(shown), ({ children }) => children);
  const columns = Math.max(root.height - 1, 1);
  const fitting = (PAGE_WIDTH - CARD.width) / columns;
  const columnWidth = Math.min(COLUMN_WIDTH_MAX, Math.max(COLUMN_WIDTH_MIN, fitting));
  return tree<Shown>()
    .nodeSize([ROW_HEIGHT, columnWidth])
    .separation(() => 1)(root)
    .descendants()
    .flatMap(({ data, x, y }) =>
      // The root that is not drawn takes the first column.
      data.node === undefined
        ? []
        : [{ node: data.node, x: round2(y - columnWidth), y: round2(x) }],
    );
}

/** From the roots down, always the node with the most agent time whose parent is in. */
function largestNodes(nodes: readonly TreeNode[]): TreeNode[] {
  const open = childrenOf(null, nodes);
  const shown: TreeNode[] = [];
  while (open.length > 0 && shown.length < NODES_MAX) {
    open.sort((a, b) => a.agentSeconds - b.agentSeconds);
    const largest = open.pop();
    if (largest === undefined) break;
    shown.push(largest);
    open.push(...childrenOf(largest.id, nodes));
  }
  return shown;
}

/** Below one root that is not drawn, because d3 lays out one tree at a time. */
function grownFrom(shown: readonly TreeNode[]): Shown {
  const grow = (node: TreeNode): Shown => ({
    node,
    children: childrenOf(node.id, shown).map(grow),
  });
  return { node: undefined, children: childrenOf(null, shown).map(grow) };
}

function childrenOf(id: number | null, nodes: readonly TreeNode[]): TreeNode[] {
  return nodes.filter(({ parent }) => parent === id);
}

function extentOf(points: readonly Placed[]) {
  const ys = points.map(({ y }) => y);
  return {
    top: Math.min(...ys) - CARD.height / 2 - 2,
    bottom: Math.max(...ys) + CARD.height / 2 + 2,
    right: Math.max(...points.map(({ x }) => x)) + CARD.width + 4,
  };
}

function renderLink({ node, x, y }: Placed, from: Placed, widest: number): Markup {
  const width = Math.max(
    LINK_WIDTH_MIN,
    LINK_WIDTH_MAX * Math.sqrt(Math.max(node.perRun, 0) / widest),
  );
  const path = linkHorizontal().digits(1)({
    source: [from.x + CARD.width, from.y],
    target: [x, y],
  });
  const retried = width * Math.min(1, node.retries / Math.max(node.attempts, 1));
  return markup`<path class="link" stroke-width="${round2(width)}" d="${path ?? ""}"/>${retried > 0.2 && markup`<path class="link retried" stroke-width="${round2(retried)}" d="${path ?? ""}"/>`}`;
}

function renderCard({ node, x, y }: Placed): Markup {
  const top = y - CARD.height / 2;
  return markup`<g class="card ${node.kind}"><title>${clippedName(node.name)}</title><rect x="${x}" y="${top}" width="${CARD.width}" height="${CARD.height}" rx="6"/><text class="card-name" x="${x + 12}" y="${top + 18}">${clippedName(node.name, 26)}</text><text class="card-facts" x="${x + 12}" y="${top + 34}">${factsOf(node)}</text></g>`;
}

function factsOf(node: TreeNode): string {
  if (node.kind === "workflow") return formatCountOf(node.calls, "run");
  const retried =
    node.retries > 0 ? `, ${formatShare(node.retries / Math.max(node.attempts, 1))} retries` : "";
  return `${formatMean(node.perRun)} per run${retried}`;
}

function renderFactor({ node, x, y }: Placed): Markup {
  const isLoud = node.retries > 0 && node.attempts >= LOUD_ATTEMPTS_PER_CALL * node.calls;
  return markup`<text class="factor${isLoud && " loud"}" x="${x - 8}" y="${round2(y - 8)}" text-anchor="end">${formatFactor(node.amplification)}</text>`;
}

function spokenOf(shown: readonly TreeNode[]): string {
  const hops = shown
    .filter(({ kind }) => kind === "dependency")
    .slice(0, 3)
    .map((node) => `${clippedName(node.name)} ${formatFactor(node.amplification)} on its hop`);
  return `Fan-out of ${formatCountOf(shown.filter(({ kind }) => kind === "workflow").length, "workflow class", "workflow classes")}. ${hops.join(", ")}. The table below has every hop.`;
}
