import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DependencyWindow } from "./dependency-window.ts";
import { createDetectors } from "./detectors.ts";
import { histogramOf, SimulatedFleet } from "./fixtures/windows.ts";

/** A healthy time, then trouble of every kind at once, then well again: every detector has something to remember. */
function story(seed: number): readonly DependencyWindow[] {
  const inFault = (second: number) => second >= 90 && second < 130;
  const fleet = new SimulatedFleet(
    {
      rate: () => 12,
      medianS: (second) => (inFault(second) ? 1.5 : 0.3),
      errorShare: (second) => (inFault(second) ? 0.95 : 0.02),
      timeoutS: 3,
      tries: 3,
    },
    seed,
  );
  return fleet.take(180).map((window, second) => ({
    ...window,
    ...(inFault(second)
      ? {
          throttles: { rate: 1, quota: 0, overloaded: 0 },
          outcomes: { ...window.outcomes, throttled: 1 },
          retryAfterMax: 2,
        }
      : {}),
    self: window.latency,
    repeats: inFault(second)
      ? [{ agent: "agent-1", outcome: "error", hasDigest: false, cycles: 3 + (second % 7) }]
      : [],
    fanOut: new Map([["agent-1", histogramOf(inFault(second) ? [9, 12] : [2, 3])!]]),
  }));
}

describe("every detector", () => {
  it("finds something in the story that the next test cuts in two", () => {
    const kinds = createDetectors().filter((detector) =>
      story(1).some((window) => detector.observe(window).state === "abnormal"),
    );
    expect(kinds.map(({ kind }) => kind)).toEqual(createDetectors().map(({ kind }) => kind));
  });

  it("goes on identically after restore(state()) through JSON, wherever it was cut", () => {
    const cut = fc.property(
      fc.integer({ min: 0, max: 179 }),
      fc.integer({ min: 1, max: 1_000 }),
      (at, seed) => {
        const windows = story(seed);
        const detectors = createDetectors();
        for (const window of windows.slice(0, at))
          for (const detector of detectors) detector.observe(window);
        const twins = createDetectors();
        for (const [index, twin] of twins.entries())
          twin.restore(JSON.parse(JSON.stringify(detectors[index]?.state())));
        for (const window of windows.slice(at)) {
          expect(twins.map((twin) => twin.observe(window))).toEqual(
            detectors.map((detector) => detector.observe(window)),
          );
        }
        expect(twins.map((twin) => twin.state())).toEqual(
          detectors.map((detector) => detector.state()),
        );
      },
    );
    fc.assert(cut, { numRuns: 40 });
  });

  it("ignores a state that is not its own", () => {
    for (const detector of createDetectors()) {
      const before = JSON.stringify(detector.state());
      for (const rubbish of [
        undefined,
        null,
        7,
        "x",
        [],
        {},
        { recent: "x" },
        { drifts: 3, verdicts: [] },
      ])
        detector.restore(rubbish);
      expect(JSON.stringify(detector.state())).toBe(before);
    }
  });

  it("keeps its state bounded: no more after a day than after an hour, within 12 kB for all", () => {
    const detectors = createDetectors();
    const size = () => JSON.stringify(detectors.map((detector) => detector.state())).length;
    const windows = story(7);
    for (let round = 0; round < 20; round += 1)
      for (const window of windows) for (const detector of detectors) detector.observe(window);
    const sizeHour = size();
    for (let round = 0; round < 60; round += 1)
      for (const window of windows) for (const detector of detectors) detector.observe(window);
    expect(size()).toBeLessThan(sizeHour * 1.1);
    expect(size()).toBeLessThan(12_000);
  });
});
