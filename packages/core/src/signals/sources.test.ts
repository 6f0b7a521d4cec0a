import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FIXTURES } from "./fixtures/all.ts";
import { countOf, countsOf, playFinished, playLive, totalsOf } from "./fixtures/play.ts";
import type { SignalReport } from "./report.ts";

describe.each(FIXTURES)("$name: $oddity", (fixture) => {
  it("counts each call once, live", () => {
    expect(totalsOf(playLive(fixture))).toEqual(fixture.expected);
  });

  it("counts the same of finished spans in any order", () => {
    const indexes = fixture.spans.map((_, index) => index);
    const order = fc.shuffledSubarray(indexes, { minLength: indexes.length });
    fc.assert(
      fc.property(order, (shuffled) => {
        expect(totalsOf(playFinished(fixture, shuffled))).toEqual(fixture.expected);
      }),
      { numRuns: 30 },
    );
  });

  it("counts as many attempts started as ended", () => {
    for (const report of [playLive(fixture), playFinished(fixture)]) {
      const started = Object.values(countsOf(report, "headway.agent.attempts")).reduce(
        (sum, count) => sum + count,
        0,
      );
      const retried = Object.values(countsOf(report, "headway.agent.retries")).reduce(
        (sum, count) => sum + count,
        0,
      );
      const totals = Object.values(fixture.expected);
      expect(started).toBe(totals.reduce((sum, { attempts }) => sum + attempts, 0));
      expect(retried).toBe(totals.reduce((sum, { retries }) => sum + retries, 0));
    }
  });

  it("has the same call graph live and finished", () => {
    // By callee only: a source that names its agent at the end names it too late for what was called before.
    expect(callsTo(playFinished(fixture))).toEqual(callsTo(playLive(fixture)));
  });
});

function callsTo(report: SignalReport): Record<string, number> {
  const calls: Record<string, number> = {};
  for (const point of report.points) {
    if (point.signal !== "headway.edge.calls") continue;
    const to = point.attributes.to ?? "";
    calls[to] = (calls[to] ?? 0) + countOf(point);
  }
  return calls;
}
