import { expect, it } from "vitest";
import { benchCascade } from "./cascade-bench.ts";
import { causeTrouble } from "./cascade-trouble.ts";

const CLEAN = { seed: 1, nodes: 8, spread: 1, missed: 0, noise: 0, edgesMissed: 0 };

it("spreads trouble to all who call the faulty one, directly or not, and to nobody else", () => {
  for (let seed = 0; seed < 50; seed += 1) {
    const { faulty, edges, detections } = causeTrouble({ ...CLEAN, seed });
    const troubled = new Set([faulty]);
    for (const node of troubled)
      for (const { from, to } of edges) if (to === node) troubled.add(from);
    expect(new Set(detections.map(({ dependency }) => dependency))).toEqual(troubled);
    expect(detections.length).toBeGreaterThan(1);
  }
});

it("leaves out what is not noticed, adds what only seems so, and knows the graph as far as it is told", () => {
  const blind = causeTrouble({ ...CLEAN, edgesMissed: 1 });
  expect(blind.edges).toEqual([]);
  expect(blind.detections).toEqual(causeTrouble(CLEAN).detections);
  const noisy = causeTrouble({ ...CLEAN, noise: 1 });
  expect(noisy.detections).toHaveLength(CLEAN.nodes);
  const seen = (missed: number): number =>
    Array.from(
      { length: 50 },
      (_, seed) => causeTrouble({ ...CLEAN, missed, seed }).detections.length,
    ).reduce((sum, length) => sum + length, 0);
  expect(seen(0.3)).toBeLessThan(seen(0));
});

it("tells detections in order of time, and they may be out of the order of causes", () => {
  const troubles = Array.from({ length: 100 }, (_, seed) => causeTrouble({ ...CLEAN, seed }));
  for (const { detections } of troubles) {
    const times = detections.map(({ firedAtMs }) => firedAtMs ?? 0);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  }
  expect(troubles.some(({ detections, faulty }) => detections[0]!.dependency !== faulty)).toBe(
    true,
  );
});

it("finds the root wherever all is seen, mostly where a twentieth is not, and beats whoever fires first", async () => {
  const { rows } = await benchCascade("", { seeds: 200 });
  for (const { world, hit, hitByOrder } of rows) {
    expect(hit).toBeGreaterThan(hitByOrder + 0.2);
    if (world === "clean") expect(hit).toBe(1);
    if (world === "usual") expect(hit).toBeGreaterThan(0.85);
  }
  expect(await benchCascade("", { seeds: 200 })).toEqual({ rows });
});
