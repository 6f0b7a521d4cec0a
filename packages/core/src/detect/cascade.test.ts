import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findCascades } from "./cascade.ts";
import type { CascadeEdge } from "./cascade.ts";
import type { Detection, DetectionKind } from "./detection.ts";

function firing(
  dependency: string,
  firedAtMs: number,
  kind: DetectionKind = "degraded",
): Detection {
  return {
    id: `det_${dependency}`,
    kind,
    tenant: "default",
    dependency,
    state: "firing",
    startedAtMs: firedAtMs,
    firedAtMs,
    resolvedAtMs: null,
    severity: 1,
    summary: "",
    evidence: {},
  };
}

const edge = (from: string, to: string): CascadeEdge => ({ from, to });

describe("cascade", () => {
  it("has its root where no callee fires, and all firing callers above it", () => {
    const edges = [
      edge("agent:kyc", "tool:check"),
      edge("tool:check", "http:idp"),
      edge("http:idp", "db:users"),
      edge("tool:check", "tool:fast"),
    ];
    const [cascade, ...others] = findCascades(
      [firing("tool:check", 3), firing("http:idp", 2), firing("db:users", 1)],
      edges,
    );
    expect(others).toEqual([]);
    expect(cascade).toMatchObject({
      root: "db:users",
      affected: ["db:users", "http:idp", "tool:check"],
      orderShare: 1,
    });
    expect(cascade?.finding).toMatchObject({
      state: "abnormal",
      summary: "db:users is in trouble and 2 of its callers with it: http:idp, tool:check",
    });
  });

  it("is none where one dependency fires alone, or two that do not call each other", () => {
    expect(findCascades([firing("a", 1)], [edge("a", "b")])).toEqual([]);
    expect(
      findCascades([firing("a", 1), firing("c", 2)], [edge("a", "b"), edge("b", "c")]),
    ).toEqual([]);
  });

  it("is two where a caller stands above two roots", () => {
    const cascades = findCascades(
      [firing("tool:a", 5), firing("db:x", 1), firing("db:y", 2)],
      [edge("tool:a", "db:x"), edge("tool:a", "db:y")],
    );
    expect(cascades.map(({ root, affected }) => [root, ...affected.slice(1)])).toEqual([
      ["db:x", "tool:a"],
      ["db:y", "tool:a"],
    ]);
  });

  it("gives a ring without a root to the one that fired first", () => {
    const cascades = findCascades(
      [firing("a", 2), firing("b", 1)],
      [edge("a", "b"), edge("b", "a")],
    );
    expect(cascades).toMatchObject([{ root: "b", affected: ["b", "a"] }]);
  });

  it("says when the order speaks against it", () => {
    const [cascade] = findCascades(
      [firing("caller", 1), firing("callee", 9)],
      [edge("caller", "callee")],
    );
    expect(cascade).toMatchObject({ root: "callee", orderShare: 0 });
  });

  it.each(["loop", "fanout", "recovered", "cascade"] as const)(
    "is not made of %s, which is no trouble of the dependency's own",
    (kind) => {
      expect(findCascades([firing("a", 2), firing("b", 1, kind)], [edge("a", "b")])).toEqual([]);
    },
  );

  it("is not made of what is pending or resolved", () => {
    const pending: Detection = { ...firing("b", 1), state: "pending", firedAtMs: null };
    const resolved: Detection = { ...firing("b", 1), state: "resolved" };
    expect(findCascades([firing("a", 2), pending, resolved], [edge("a", "b")])).toEqual([]);
  });

  it("puts every firing dependency with a firing neighbour into some cascade, whatever the graph", () => {
    const node = fc.constantFrom("a", "b", "c", "d", "e", "f");
    const graph = fc.array(fc.tuple(node, node), { maxLength: 14 });
    const fires = fc.uniqueArray(node);
    const holds = fc.property(graph, fires, (pairs, names) => {
      const edges = pairs.map(([from, to]) => edge(from, to));
      const cascades = findCascades(
        names.map((name, index) => firing(name, index)),
        edges,
      );
      const affected = new Set(cascades.flatMap((cascade) => cascade.affected));
      const isFiring = new Set<string>(names);
      const neighboured = names.filter((name) =>
        edges.some(
          ({ from, to }) =>
            from !== to &&
            ((from === name && isFiring.has(to)) || (to === name && isFiring.has(from))),
        ),
      );
      expect([...affected].sort()).toEqual([...neighboured].sort());
      for (const { root, affected: members } of cascades) expect(members[0]).toBe(root);
    });
    fc.assert(holds, { numRuns: 500 });
  });
});
