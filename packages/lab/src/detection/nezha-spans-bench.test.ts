import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EngineWindows } from "./engine-windows.ts";
import { makeNezhaFolder } from "./fixtures/nezha-folder.ts";
import { NezhaData } from "./nezha-data.ts";
import { secondsOfFile } from "./nezha-play.ts";
import { benchNezhaSpans } from "./nezha-spans-bench.ts";
import type { SystemSpans } from "./nezha-spans-bench.ts";

describe("the bench on spans", () => {
  let dir = "";
  let day: SystemSpans;
  beforeAll(async () => {
    dir = makeNezhaFolder([
      { id: 1, type: "network_delay", service: "till", networkS: 0.3 },
      { id: 2, type: "cpu_contention", service: "stock", workS: 0.1 },
      { id: 3, type: "return", service: "shop", isCut: true },
      { id: 4, type: "exception", service: "till" },
      { id: 5, type: "cpu_contention", service: "shop", workS: 0.1, isLabelledLate: true },
    ]);
    const bench = await benchNezhaSpans(dir, { runLengths: [], exportDelayS: 5 });
    day = bench!.systems[0]!;
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  it("names the service that is slow, whether it is or the way to it, within five seconds and the export's five", () => {
    const timing = day.faults.filter(({ type }) => type !== "return" && type !== "exception");
    expect(timing.map(({ first }) => first)).toEqual(["service", "service", "service"]);
    for (const { exactS } of timing) {
      expect(exactS).toBeGreaterThan(5);
      expect(exactS).toBeLessThanOrEqual(10);
    }
    expect(day.shipped.timing).toMatchObject({ faults: 3, named: 3, hitAt1Service: 1 });
  });

  it("names by its fan-out the service whose calls are cut short", () => {
    expect(day.faults.find(({ id }) => id === 3)).toMatchObject({
      first: "service",
      stream: "fanout",
    });
  });

  it("says nothing where nothing is slow: neither before a fault nor of one that does not show", () => {
    expect(day.shipped.falseAlarms).toMatchObject({ episodes: 0, ofFaults: 0 });
    expect(day.shipped.falseAlarms.hours).toBeCloseTo((5 * 89) / 3_600, 2);
    expect(day.shipped.others).toMatchObject({ faults: 1, named: 0 });
  });

  it("hears the lines to beat as well", () => {
    expect(day.baselines).toHaveLength(5);
    expect(day.baselines[0]!.timing.named).toBe(3);
  });

  it("tells an attempt's own time from its gap, and what its calls called", () => {
    const data = NezhaData.open(dir)!;
    const engine = new EngineWindows();
    const seconds = secondsOfFile(data, data.files[0]!).map(({ report }) => engine.of(report));
    const totals = { shop: 0, made: 0, stock: 0, self: 0, gap: 0, queries: 0 };
    for (const windows of seconds.slice(10, 60)) {
      const shop = windows.get("rpc:shop")!;
      const stock = windows.get("rpc:stock")!;
      totals.shop += shop.calls;
      totals.made += shop.callsMade ?? 0;
      totals.stock += stock.calls;
      totals.self += stock.self?.sum ?? 0;
      totals.gap += stock.gap?.sum ?? 0;
      totals.queries += windows.get("db:stock")!.calls;
    }
    expect(totals.made / totals.shop).toBeCloseTo(3, 1);
    expect(totals.stock / totals.shop).toBeCloseTo(2, 1);
    expect(totals.queries / totals.stock).toBeCloseTo(1, 1);
    // The way and the work, without the query; and the way alone.
    expect(totals.self / totals.stock).toBeCloseTo(0.007, 3);
    expect(totals.gap / totals.stock).toBeCloseTo(0.002, 3);
    expect([...seconds.at(-1)!.keys()].sort()).toEqual([
      "db:stock",
      "rpc:shop",
      "rpc:stock",
      "rpc:till",
    ]);
  });

  it("names the same where spans are told only once they have ended, and as much later as their trace takes to settle", () => {
    expect(day.exported.timing).toMatchObject({ faults: 3, named: 3, hitAt1Service: 1 });
    expect(day.exported.falseAlarms.episodes).toBe(0);
    const laterS = day.exported.timing.medianS.value - day.shipped.timing.medianS.value;
    expect(laterS).toBeGreaterThan(0);
    expect(laterS).toBeLessThanOrEqual(4);
  });

  it("is none where there are no labels", async () => {
    expect(await benchNezhaSpans(join(tmpdir(), "nowhere"))).toBeUndefined();
  });
});
