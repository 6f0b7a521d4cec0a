import { rmSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { benchDelays } from "./delay-bench.ts";
import { calledServices, delaySpans } from "./delayed-spans.ts";
import { makeNezhaFolder } from "./fixtures/nezha-folder.ts";
import type { NezhaSpans } from "./nezha-data.ts";

/** A shop (0) that calls its till (1), then works on; the till's own span; and a second trace that never calls it. */
const SPANS: NezhaSpans = {
  trace: Int32Array.of(0, 0, 0, 0, 1),
  parent: Int32Array.of(-1, 0, 1, 0, -1),
  service: Int32Array.of(0, 0, 1, 0, 0),
  operation: Int32Array.of(0, 0, 0, 0, 0),
  startS: Float64Array.of(0, 1, 1.5, 4, 0),
  durationS: Float64Array.of(5, 2, 1, 0.5, 1),
  services: ["shop", "till"],
  operations: ["any"],
};

const round = (values: Float64Array) => [...values].map((each) => Math.round(each * 1e6) / 1e6);

describe("a delay on the way to a service", () => {
  it("makes the call longer, the service no slower, and all that follows later", () => {
    const delayed = delaySpans(SPANS, { service: 1, fromS: 0, delayS: 0.4 });
    expect(round(delayed.startS)).toEqual([0, 1, 1.7, 4.4, 0]);
    expect(round(delayed.durationS)).toEqual([5.4, 2.4, 1, 0.5, 1]);
  });

  it("begins when it is told to", () => {
    expect(delaySpans(SPANS, { service: 1, fromS: 2, delayS: 0.4 })).toEqual(SPANS);
    expect(calledServices(SPANS, 0, 9)).toEqual([1]);
    expect(calledServices(SPANS, 2, 9)).toEqual([]);
  });
});

describe("the bench on delays", () => {
  let dir = "";
  beforeAll(() => {
    dir = makeNezhaFolder([
      { id: 1, type: "exception", service: "till" },
      { id: 2, type: "network_delay", service: "till", networkS: 0.3 },
      { id: 3, type: "exception", service: "stock" },
    ]);
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  it("names every service that is slow to reach, at every delay", async () => {
    const { rows } = (await benchDelays(dir, { services: 2 }))!;
    expect(rows.map(({ delayS }) => delayS)).toEqual([0.05, 0.2, 0.5]);
    for (const { trials, called } of rows) {
      expect(trials).toMatchObject({ faults: 4, named: 4, hitAt1Service: 1 });
      expect(trials.medianS.value).toBeLessThanOrEqual(10);
      expect(called).toEqual(trials);
    }
  });
});
