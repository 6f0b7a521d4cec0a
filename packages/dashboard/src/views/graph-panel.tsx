import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { NODE_HEIGHT, NODE_WIDTH } from "../draw/graph-size.ts";
import type { GraphLayout } from "../draw/graph-layout.ts";
import { count, plural } from "../format.ts";
import { AGENTS, neighbourhood } from "../judge/neighbourhood.ts";
import type { GraphNode, Neighbourhood } from "../judge/neighbourhood.ts";
import { nameOf } from "../names.ts";
import { go } from "../session.tsx";
import type { World } from "../world/world.ts";
import { Panel } from "./panel.tsx";

/** Who calls whom, callers left. Trouble rises against the arrow of the call: from the callee to who waits for it. */
export function GraphPanel({ world, focus }: { readonly world: World; readonly focus?: string }) {
  const part = neighbourhood(world, focus === undefined ? {} : { focus });
  const spreading = part.edges.filter(({ isSpreading }) => isSpreading).length;
  const hidden =
    part.hiddenCount === 0 ? "" : `, ${count(part.hiddenCount)} further away not shown`;
  const note = world.notKept.includes("graph")
    ? "not kept for the past"
    : spreading > 0
      ? `trouble spreads along ${plural(spreading, "call")}${hidden}`
      : `callers left, callees right${hidden}`;
  return (
    <Panel title="Call graph" note={note}>
      {part.nodes.length === 0 ? (
        <p class="empty">No calls between parts are known yet.</p>
      ) : (
        <div class="graph-fit">
          <Drawing part={part} agents={agentsOf(world)} />
        </div>
      )}
    </Panel>
  );
}

/** The greatest number of agents that one dependency is called by: a floor of how many there are. */
function agentsOf({ edges }: World): number {
  return Math.max(0, ...edges.map(({ agents = 0 }) => agents));
}

function Drawing({ part, agents }: { readonly part: Neighbourhood; readonly agents: number }) {
  const laid = useSignal<{ key: string; layout: GraphLayout } | null>(null);
  const key = [
    ...part.nodes.map(({ id }) => id),
    ...part.edges.map(({ from, to }) => `${from}\n${to}`),
  ].join("\n\n");
  useEffect(() => {
    let isWanted = true;
    void import("../draw/graph-layout.ts").then(({ layOut }) => {
      if (isWanted) laid.value = { key, layout: layOut(part) };
    });
    return () => {
      isWanted = false;
    };
    // The layout follows from the key alone; rates may change every second.
  }, [key]);
  const layout = laid.value?.layout;
  if (layout === undefined) return <p class="empty">Laying it out…</p>;
  const words = part.edges
    .filter(({ isSpreading }) => isSpreading)
    .map(({ from, to }) => `${nameOf(to)} to ${nameOf(from)}`);
  return (
    <svg
      class="graph"
      style={{
        maxWidth: `${layout.width * SCALE_MAX}px`,
        maxHeight: `${layout.height * SCALE_MAX}px`,
      }}
      viewBox={`0 0 ${layout.width} ${layout.height}`}
      role="group"
      aria-label={
        words.length === 0
          ? "Call graph"
          : `Call graph. Trouble spreads from ${words.join(", from ")}`
      }
    >
      <defs>
        <Tip id="tip" className="tip" />
        <Tip id="tip-spreading" className="tip spreading" />
      </defs>
      {part.edges.map(({ from, to, isSpreading }) => {
        const path = layout.paths.get(`${from}\n${to}`);
        // Drawn from the callee to the caller where trouble goes that way, so that the arrow points where it goes.
        const end = isSpreading
          ? { "marker-start": "url(#tip-spreading)" }
          : { "marker-end": "url(#tip)" };
        return path === undefined ? null : (
          <path
            key={`${from}\n${to}`}
            class={`edge ${isSpreading ? "spreading" : ""}`}
            d={path}
            {...end}
          />
        );
      })}
      {part.nodes.map((node) => {
        const place = layout.nodes.get(node.id);
        return place === undefined ? null : (
          <NodeMark key={node.id} node={node} x={place.x} y={place.y} agents={agents} />
        );
      })}
    </svg>
  );
}

function NodeMark({
  node,
  x,
  y,
  agents,
}: {
  readonly node: GraphNode;
  readonly x: number;
  readonly y: number;
  readonly agents: number;
}) {
  const isAgents = node.id === AGENTS;
  const name = isAgents ? (agents > 0 ? plural(agents, "agent") : "agents") : nameOf(node.id);
  const open = (): void => {
    if (!isAgents) go({ page: "dependency", id: node.id });
  };
  const left = x - NODE_WIDTH / 2;
  const top = y - NODE_HEIGHT / 2;
  return (
    <g
      class={`node ${isAgents ? "agents" : node.state} ${node.isRoot ? "root" : ""}`}
      {...(isAgents
        ? {}
        : {
            role: "link",
            tabIndex: 0,
            "aria-label": `${node.isRoot ? "root cause " : ""}${sign(node)}${shortened(name)}, ${node.id}, ${node.state}`,
          })}
      onClick={open}
      onKeyDown={(event) => {
        if (event.key === "Enter") open();
      }}
    >
      <title>{node.id}</title>
      {node.isRoot ? (
        <rect
          class="ring"
          x={left - 3.5}
          y={top - 3.5}
          width={NODE_WIDTH + 7}
          height={NODE_HEIGHT + 7}
          rx="7"
        />
      ) : null}
      <rect x={left} y={top} width={NODE_WIDTH} height={NODE_HEIGHT} rx="4" />
      {node.isRoot ? (
        <text class="root-word" x={left} y={top - 6}>
          root cause
        </text>
      ) : null}
      <text x={left + 8} y={y + 4}>
        {sign(node)}
        {shortened(name)}
      </text>
    </g>
  );
}

function Tip({ id, className }: { readonly id: string; readonly className: string }) {
  return (
    <marker
      id={id}
      viewBox="0 0 8 8"
      refX="7"
      refY="4"
      markerWidth="8"
      markerHeight="8"
      markerUnits="userSpaceOnUse"
      orient="auto-start-reverse"
    >
      <path class={className} d="M0 0 8 4 0 8Z" />
    </marker>
  );
}

/** Beside the colour, for who does not see it. */
function sign({ state }: GraphNode): string {
  if (state === "failing") return "✕ ";
  return state === "degraded" ? "▲ " : "";
}

/** Two nodes need not fill a wall. */
const SCALE_MAX = 1.3;

const NAME_LENGTH_MAX = 17;

/** The end of a name tells more than its middle. */
function shortened(name: string): string {
  if (name.length <= NAME_LENGTH_MAX) return name;
  return `${name.slice(0, 9)}…${name.slice(-(NAME_LENGTH_MAX - 10))}`;
}
