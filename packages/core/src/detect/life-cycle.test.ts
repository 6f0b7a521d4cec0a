import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Finding } from "./detection.ts";
import { advance, INACTIVE } from "./life-cycle.ts";

type Said = Finding["state"];
const RULE = { forMs: 2_000, keepFiringForMs: 3_000 };

function phases(said: readonly Said[], rule = RULE): readonly string[] {
  let life = INACTIVE;
  return said.map((state, second) => (life = advance(life, state, second * 1_000, rule)).phase);
}

const times = (count: number, said: Said): Said[] => Array.from({ length: count }, () => said);

describe("a life cycle", () => {
  it("is pending until it was abnormal for forMs, then fires", () => {
    expect(phases(times(4, "abnormal"))).toEqual(["pending", "pending", "firing", "firing"]);
  });

  it("fires at once where forMs is 0", () => {
    expect(phases(["normal", "abnormal"], { forMs: 0, keepFiringForMs: 0 })).toEqual([
      "inactive",
      "firing",
    ]);
  });

  it("begins anew when it was normal in between", () => {
    expect(phases(["abnormal", "abnormal", "normal", "abnormal", "abnormal"])).toEqual([
      "pending",
      "pending",
      "inactive",
      "pending",
      "pending",
    ]);
  });

  it("keeps firing until it was normal for keepFiringForMs without a break", () => {
    const said: Said[] = [
      ...times(3, "abnormal"),
      "normal",
      "normal",
      "abnormal",
      ...times(4, "normal"),
    ];
    expect(phases(said).slice(3)).toEqual([
      "firing",
      "firing",
      "firing",
      "firing",
      "firing",
      "firing",
      "inactive",
    ]);
  });

  it("resolves on the first normal finding where keepFiringForMs is 0", () => {
    expect(phases(["abnormal", "normal"], { forMs: 0, keepFiringForMs: 0 })).toEqual([
      "firing",
      "inactive",
    ]);
  });

  it.each(["inactive", "pending", "firing"])("is held by unknown in %s, however long", (phase) => {
    const before: Said[] =
      { inactive: [], pending: times(1, "abnormal"), firing: times(3, "abnormal") }[phase] ?? [];
    const seen = phases([...before, ...times(100, "unknown")]);
    expect(new Set(seen.slice(before.length))).toEqual(new Set([phase]));
  });

  it("agrees with a recount of the whole past, whatever was said", () => {
    const said = fc.array(fc.constantFrom<Said>("abnormal", "normal", "unknown"), {
      maxLength: 60,
    });
    const rule = fc.record({
      forMs: fc.integer({ min: 0, max: 5_000 }),
      keepFiringForMs: fc.integer({ min: 0, max: 5_000 }),
    });
    const agrees = fc.property(said, rule, (states, limits) => {
      expect(phases(states, limits)).toEqual(recount(states, limits));
    });
    fc.assert(agrees, { numRuns: 500 });
  });
});

/** From the words alone: runs of equal words, unknown left out, their length in time. */
function recount(said: readonly Said[], rule: typeof RULE): readonly string[] {
  let phase = "inactive";
  let runStart = 0;
  let runWord: Said = "unknown";
  return said.map((word, second) => {
    if (word === "unknown") return phase;
    if (word !== runWord) [runWord, runStart] = [word, second];
    const ranMs = (second - runStart) * 1_000;
    if (word === "abnormal" && phase !== "firing")
      phase = ranMs >= rule.forMs ? "firing" : "pending";
    if (word === "normal" && (phase === "pending" || ranMs >= rule.keepFiringForMs))
      phase = "inactive";
    return phase;
  });
}
