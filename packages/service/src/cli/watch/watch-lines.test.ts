import { stripVTControlCharacters } from "node:util";
import * as fc from "fast-check";
import stringWidth from "string-width";
import { describe, expect, it } from "vitest";
import { liveDependency, liveView, STORM } from "./fixtures/live-documents.ts";
import { watchViewOf } from "./fold-live.ts";
import { paintWith } from "./paint.ts";
import { type WatchFrame, watchLines } from "./watch-lines.ts";

function frame(patch: Partial<WatchFrame> = {}): WatchFrame {
  return {
    view: watchViewOf(STORM),
    connection: "live",
    isLive: true,
    url: "http://127.0.0.1:4390",
    dependency: undefined,
    columns: 120,
    rows: 24,
    offset: 0,
    paint: paintWith(false),
    ...patch,
  };
}

const indexOf = (lines: readonly string[], text: string): number =>
  lines.findIndex((line) => line.startsWith(text));

describe("the watch screen", () => {
  it("says of what is worst, first: state, latency against usual, shares, in flight against bound, action, until", () => {
    const lines = watchLines(frame());
    const root = lines[indexOf(lines, "DEPENDENCY") + 1]!;
    expect(root.trim().split(/ {2,}/)).toEqual([
      "tool:idp_lookup ◀ root",
      "failing",
      "2.1 s",
      "380 ms",
      "62%",
      "31/6.7",
      "hold",
      "25 s",
      "-",
      "70%",
      "44",
      "3.0",
      "90 ms",
    ]);
    expect(indexOf(lines, "tool:screening")).toBeLessThan(indexOf(lines, "tool:ledger"));
    expect(lines[1]).toBe(
      "2 of 3 in trouble   8 processes, 1 stale   12 calls held   3 turned away   4 s waited",
    );
  });

  it("gives each firing detection its sentence, and the log newest first", () => {
    const lines = watchLines(frame());
    expect(lines[indexOf(lines, "FIRING 1") + 1]).toMatch(
      /retry_storm {2}tool:idp_lookup {2}61 of 90 agents retry; R = 2\.3 \(95 %: 2\.0 to 2\.6\)/,
    );
    expect(lines[indexOf(lines, "LOG") + 1]).toContain("hold, priority 2 to 5");
  });

  it("says when nothing is wrong, and when nothing is known yet", () => {
    const calm = watchLines(frame({ view: watchViewOf(liveView()) }));
    expect(calm[1]).toContain("no trouble");
    expect(calm[indexOf(calm, "FIRING") + 1]).toBe("nothing");
    expect(watchLines(frame({ view: null })).at(-1)).toContain("Waiting");
  });

  it("says what an override is and that advice is none", () => {
    const [action] = STORM.dependencies[2]!.actions;
    const override = {
      action: "limit",
      priority: { from: 1, to: 5 },
      until: "2026-11-22T10:20:00.000Z",
      why: "asked to",
      by: "ops",
    };
    const actions = [{ ...action!, action: "shape", shape: { concurrency: 4 } }];
    const view = watchViewOf(
      liveView({
        dependencies: [
          liveDependency("tool:a", { actions, override, trouble: 2 }),
          liveDependency("tool:b", { actions: [{ ...action!, mode: "advise" }], trouble: 1 }),
        ],
      }),
    );
    const text = watchLines(frame({ view })).join("\n");
    expect(text).toContain("shape 4 by hand");
    expect(text).toContain("hold (advise)");
  });

  it("shows one dependency only, where that is asked for", () => {
    const lines = watchLines(frame({ dependency: "tool:ledger" })).join("\n");
    expect(lines).toContain("tool:ledger");
    expect(lines).not.toContain("tool:idp_lookup");
  });

  it("scrolls no further than to the last, and tells what it leaves out", () => {
    const many = Array.from({ length: 50 }, (_, index) =>
      liveDependency(`tool:t${String(index).padStart(2, "0")}`),
    );
    const view = watchViewOf(liveView({ dependencies: many, dependenciesUntold: 5 }));
    const top = watchLines(frame({ view }));
    expect(top.join("\n")).toContain("tool:t00");
    const shown = top.filter((line) => line.startsWith("tool:")).length;
    expect(top.join("\n")).toContain(`… ${50 - shown + 5} more dependencies`);
    const bottom = watchLines(frame({ view, offset: 1_000 })).join("\n");
    expect(bottom).toContain("tool:t49");
    expect(bottom).toContain("… 5 more dependencies");
  });

  it("obeys no escape sequence in a name", () => {
    const view = watchViewOf(
      liveView({ dependencies: [liveDependency("tool:\u001B[31mred\u202Egnp", { trouble: 1 })] }),
    );
    expect(watchLines(frame({ view })).join("\n")).toContain("tool:[31mredgnp");
    expect(watchLines(frame({ view })).join("")).not.toMatch(/[\p{Cc}\u202E]/u);
  });

  it("colours what colour is for, and nothing without colours", () => {
    const coloured = watchLines(frame({ paint: paintWith(true) }));
    expect(coloured.join("\n")).toContain("\u001B[31mfailing ");
    expect(coloured.map(stripVTControlCharacters)).toEqual(watchLines(frame()));
  });

  it("is never wider or higher than the terminal, whatever names come", () => {
    const name = fc.string({ unit: "grapheme", maxLength: 60 });
    fc.assert(
      fc.property(
        fc.array(name, { maxLength: 40 }),
        fc.integer({ min: 30, max: 200 }),
        fc.integer({ min: 10, max: 60 }),
        (names, columns, rows) => {
          const dependencies = names.map((id) => liveDependency(id, { trouble: id.length }));
          const detections = names.map((id) => ({ ...STORM.detections[0]!, id, dependency: id }));
          const view = watchViewOf(liveView({ dependencies, detections, log: STORM.log }));
          const lines = watchLines(frame({ view, columns, rows }));
          expect(lines.length).toBeLessThanOrEqual(rows);
          for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(columns);
        },
      ),
      { numRuns: 200 },
    );
  });
});
