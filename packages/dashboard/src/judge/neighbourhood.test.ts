import { describe, expect, it } from "vitest";
import type { LiveDependency, LiveEdge } from "@headway/service/live";
import { layOut } from "../draw/graph-layout.ts";
import { dependencyFixture, viewFixture } from "../fixtures/world-fixture.ts";
import { worldOf } from "../world/apply.ts";
import { neighbourhood } from "./neighbourhood.ts";

const edge = (from: string, to: string, callsPerSecond = 1): LiveEdge => ({
  from,
  to,
  callsPerSecond,
  amplification: 1,
  isSpreading: false,
});
const worldWith = (dependencies: LiveDependency[], edges: LiveEdge[]) =>
  worldOf(viewFixture({ dependencies, graph: { edges } }));

describe("the neighbourhood of trouble", () => {
  const chain = ["tool:a", "tool:b", "tool:c", "tool:d", "tool:e"];
  const edges = [
    edge("agents", "tool:a"),
    ...chain.slice(1).map((id, at) => edge(chain[at]!, id)),
    edge("tool:x", "tool:y", 1_000),
  ];
  const troubled = (...ids: string[]) =>
    chain.map((id) =>
      dependencyFixture(id, ids.includes(id) ? { state: "failing", trouble: 3 } : {}),
    );

  it("shows the root, who calls it and whom it calls, and not what is busy elsewhere", () => {
    const { nodes, hiddenCount } = neighbourhood(worldWith(troubled("tool:c"), edges));
    expect(nodes.map(({ id }) => id)).toEqual(["tool:b", "tool:c", "tool:d"]);
    expect(nodes.filter(({ isRoot }) => isRoot).map(({ id }) => id)).toEqual(["tool:c"]);
    expect(hiddenCount).toBe(5);
  });

  it("follows trouble up to the last caller that it has reached", () => {
    const { nodes } = neighbourhood(
      worldWith(troubled("tool:d", "tool:c", "tool:b", "tool:a"), edges),
    );
    expect(nodes.map(({ id }) => id)).toEqual(["tool:a", "tool:b", "tool:c", "tool:d", "tool:e"]);
  });

  it("is never a hairball", () => {
    const many = Array.from({ length: 500 }, (_, at) =>
      dependencyFixture(`tool:${at}`, { state: "failing", trouble: 3 }),
    );
    const star = many.map(({ id }) => edge("tool:0", id));
    expect(neighbourhood(worldWith(many, star)).nodes).toHaveLength(11);
    expect(neighbourhood(worldWith(many.slice(0, 1), star), { nodesMax: 4 }).nodes).toHaveLength(4);
  });

  it("does not walk through all agents, who are everybody's neighbour", () => {
    const { nodes } = neighbourhood(
      worldWith(
        [dependencyFixture("tool:a", { state: "failing", trouble: 3 })],
        [edge("agents", "tool:a"), edge("agents", "tool:z")],
      ),
    );
    expect(nodes.map(({ id }) => id)).toEqual(["agents", "tool:a"]);
  });

  it("shows one dependency's neighbours where one is asked for, and the busiest where nothing is wrong", () => {
    const world = worldWith(troubled(), edges);
    expect(neighbourhood(world, { focus: "tool:b" }).nodes.map(({ id }) => id)).toEqual([
      "tool:a",
      "tool:b",
      "tool:c",
    ]);
    expect(neighbourhood(world).nodes.map(({ id }) => id)).toContain("tool:x");
  });

  it("is laid out callers left, callees right, inside its frame, edges and all", () => {
    const part = neighbourhood(worldWith(troubled("tool:b"), edges));
    const { nodes, paths, width, height } = layOut(part);
    expect(nodes.get("tool:a")!.x).toBeLessThan(nodes.get("tool:b")!.x);
    for (const { x, y } of nodes.values())
      expect(x > 0 && x < width && y > 0 && y < height).toBe(true);
    expect([...paths.keys()]).toEqual(part.edges.map(({ from, to }) => `${from}\n${to}`));
    for (const path of paths.values()) expect(path).toMatch(/^M\d+,\d+[LQ]/);
  });
});
