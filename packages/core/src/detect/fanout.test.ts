import { describe, expect, it } from "vitest";
import { Fanout } from "./fanout.ts";
import { histogramOf, poisson, seeded, SimulatedFleet, windowOf } from "./fixtures/windows.ts";
import { lastAbnormal, statesOf, tell, windowsUntilAbnormal } from "./fixtures/told.ts";

function planner(width: (second: number) => number, seconds: number, seed: number) {
  const random = seeded(seed);
  return Array.from({ length: seconds }, (_, second) => {
    const widths = Array.from(
      { length: poisson(3, random) },
      () => 1 + poisson(width(second) - 1, random),
    );
    const histogram = histogramOf(widths);
    const quiet = histogramOf([1, 1]);
    return windowOf({
      calls: 5,
      attempts: 5,
      fanOut: new Map([
        ["agent:quiet", quiet!],
        ...(histogram ? ([["agent:planner", histogram]] as const) : []),
      ]),
    });
  });
}

describe("fan-out", () => {
  it("that triples is seen within ten windows, with the parent that does it", () => {
    const windows = planner((second) => (second < 300 ? 4 : 12), 330, 1);
    const detector = new Fanout();
    expect(statesOf(detector, windows.slice(0, 300))).not.toContain("abnormal");
    const findings = tell(detector, windows.slice(300));
    expect(findings.slice(0, 10).map(({ state }) => state)).toContain("abnormal");
    expect(lastAbnormal(findings).evidence).toMatchObject({
      measure: "calls per parent",
      parent: "agent:planner",
    });
  });

  it("that grows by a fifth is left alone", () => {
    expect(
      statesOf(
        new Fanout(),
        planner((second) => (second < 300 ? 8 : 9.6), 1_200, 2),
      ),
    ).not.toContain("abnormal");
  });

  it("sees one call become two attempts within five windows, and its end", () => {
    const errorShare = (second: number) => (second >= 120 && second < 180 ? 0.95 : 0.02);
    const fleet = new SimulatedFleet(
      { rate: () => 20, medianS: () => 0.2, tries: 3, errorShare },
      3,
    );
    const detector = new Fanout();
    tell(detector, fleet.take(120));
    const during = fleet.take(60);
    expect(windowsUntilAbnormal(detector, during.slice(0, 20))).toBeLessThanOrEqual(5);
    const finding = lastAbnormal(tell(detector, during.slice(20)));
    expect(finding.evidence["recent"]).toBeGreaterThan(2.5);
    expect(finding.evidence["usual"]).toBeLessThan(1.1);
    expect(statesOf(detector, fleet.take(30)).slice(10)).not.toContain("abnormal");
  });

  it("knows nothing without attempts and widths", () => {
    expect(new Fanout().observe(windowOf())).toEqual({ state: "unknown" });
  });

  it("does not become usual while it lasts", () => {
    const windows = planner((second) => (second < 300 ? 4 : 12), 900, 4);
    const detector = new Fanout();
    tell(detector, windows.slice(0, 300));
    const findings = tell(detector, windows.slice(300));
    expect(findings.at(-1)?.state).toBe("abnormal");
    expect(lastAbnormal(findings).evidence["usual"]).toBeLessThan(6);
  });

  const retried = (attempts: number, retries: number) => windowOf({ attempts, retries });

  it("by retries does not become usual while it lasts, nor is forgotten in a restart", () => {
    const detector = new Fanout();
    tell(
      detector,
      Array.from({ length: 120 }, () => retried(100, 1)),
    );
    const findings = tell(
      detector,
      Array.from({ length: 1_200 }, () => retried(40, 20)),
    );
    expect(findings.at(-1)?.state).toBe("abnormal");
    expect(lastAbnormal(findings).evidence["usual"]).toBeLessThan(1.05);
    const restarted = new Fanout();
    restarted.restore(JSON.parse(JSON.stringify(detector.state())));
    // One retry alone says nothing to one that knows nothing.
    expect(new Fanout().observe(retried(2, 1)).state).toBe("normal");
    expect(restarted.observe(retried(2, 1)).state).toBe("abnormal");
  });
});
