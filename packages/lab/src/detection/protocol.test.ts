import { describe, expect, it } from "vitest";
import { randomStream } from "../simulation/random.ts";
import { countFalse, scoreFault, summarise } from "./protocol.ts";
import type { Alarm } from "./protocol.ts";

const FAULT = {
  id: 1,
  day: "2024-05-06",
  system: "OnlineBoutique",
  onsetS: 0,
  type: "network_delay",
  service: "till",
};

function alarm(atS: number, service: string, ...edges: string[]): Alarm {
  return { atS, stream: "self", service, edges };
}

const score = (...alarms: Alarm[]) => scoreFault({ fault: FAULT, alarms }, 5);

describe("a fault", () => {
  it("is named by its service or by an edge of it, each when it could first be known", () => {
    expect(score(alarm(9, "till"), alarm(3, "stock"), alarm(6, "shop", "till"))).toMatchObject({
      noticedS: 8,
      namedS: 11,
      exactS: 14,
      first: "other",
      stream: "self",
    });
  });

  it("is hit at once when the right name is among what is said first, whatever stands beside it", () => {
    expect(score(alarm(6, "stock"), alarm(6, "till")).first).toBe("service");
    expect(score(alarm(6, "stock"), alarm(6, "shop", "till")).first).toBe("edge");
    expect(score(alarm(6, "stock"), alarm(7, "till")).first).toBe("other");
  });

  it("that nothing is said of was not noticed", () => {
    expect(score()).toMatchObject({ noticedS: null, namedS: null, first: "nothing", stream: null });
  });
});

it("a summary counts a missed fault in the recall and as infinitely late in the median", () => {
  const scores = [score(alarm(5, "till")), score(alarm(9, "till")), score()];
  const summary = summarise(scores, randomStream(1, "bootstrap"));
  expect(summary).toMatchObject({
    faults: 3,
    named: 2,
    hitAt1: 1,
    hitAt1Service: 1,
    p95S: Infinity,
  });
  expect(summary.medianS.value).toBe(14);
  expect(summary.recall.value).toBeCloseTo(2 / 3);
  expect(summary.recall.low).toBeCloseTo(0.094, 3);
  expect(summary.recall.high).toBeCloseTo(0.992, 3);
});

describe("false alarms", () => {
  it("of all streams together make the episodes", () => {
    const alarms = [alarm(10, "shop"), alarm(25, "stock"), alarm(60, "till")];
    const counted = countFalse([{ seconds: 1_800, alarms, faulted: [] }], 20);
    expect(counted).toMatchObject({ hours: 0.5, episodes: 2, ofFaults: 0 });
    expect(counted.perHour.value).toBe(4);
  });

  it.each([
    ["at the service whose fault is on", [alarm(1, "till")], 0, 1],
    ["at its end", [alarm(40, "till")], 0, 1],
    ["after its end", [alarm(41, "till")], 1, 0],
    ["before it", [alarm(-1, "till")], 1, 0],
    ["at another service", [alarm(1, "shop")], 1, 0],
    ["at another service too", [alarm(1, "till"), alarm(3, "shop")], 1, 0],
    ["each by itself", [alarm(1, "till"), alarm(50, "shop")], 1, 1],
  ])(
    "%s: an episode is false unless all of it is of that fault",
    (_, alarms, episodes, ofFaults) => {
      const faulted = [{ service: "till", fromS: 0, untilS: 40 }];
      const counted = countFalse([{ seconds: 1_800, alarms, faulted }], 20);
      expect(counted).toMatchObject({ episodes, ofFaults });
      expect(counted.perHour.value).toBe(2 * episodes);
    },
  );
});
