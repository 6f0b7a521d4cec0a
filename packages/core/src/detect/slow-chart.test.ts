import { describe, expect, it } from "vitest";
import { seeded } from "./fixtures/windows.ts";
import { SlowChart } from "./slow-chart.ts";

const RUN_LENGTH = 20_000;

function blocksUntilSlow(chart: SlowChart, shareSlow: number, blocksPerWindow: number): number {
  for (let block = 1; block <= 100; block += 1) {
    chart.observe(true, { shareSlow, blocksPerWindow });
    if (chart.isSlow) return block;
  }
  return Infinity;
}

describe("the chart of slow blocks", () => {
  it.each([
    [0.000_5, 2],
    [0.01, 3],
    [0.05, 5],
    [0.2, 11],
    [0.3, 14],
  ])("asks for more in a row where a share of %d is usual: %d blocks", (share, blocks) => {
    expect(blocksUntilSlow(new SlowChart(RUN_LENGTH), share, 1)).toBe(blocks);
  });

  it("believes a dependency that is called rarely on less", () => {
    expect(blocksUntilSlow(new SlowChart(RUN_LENGTH), 0.02, 1)).toBe(4);
    expect(blocksUntilSlow(new SlowChart(RUN_LENGTH), 0.02, 0.05)).toBe(3);
  });

  it.each([0.01, 0.05])(
    "alarms no more often than its run length where a share of %d is slow",
    (share) => {
      const random = seeded(3);
      const chart = new SlowChart(2_000);
      let alarms = 0;
      const blocks = 200_000;
      for (let block = 0; block < blocks; block += 1) {
        const wasSlow = chart.isSlow;
        chart.observe(random() < share, { shareSlow: share, blocksPerWindow: 1 });
        if (chart.isSlow && !wasSlow) alarms += 1;
      }
      expect(alarms).toBeLessThanOrEqual(blocks / 2_000);
    },
  );

  it("is over after a few blocks that are not slow, and not while every third is", () => {
    const chart = new SlowChart(RUN_LENGTH);
    blocksUntilSlow(chart, 0.01, 1);
    for (let block = 0; block < 60; block += 1)
      chart.observe(block % 3 === 0, { shareSlow: 0.01, blocksPerWindow: 1 });
    expect(chart.stage).toBe("alarm");
    const good = () => chart.observe(false, { shareSlow: 0.01, blocksPerWindow: 1 });
    chart.observe(true, { shareSlow: 0.01, blocksPerWindow: 1 });
    for (let block = 0; block < 4; block += 1) good();
    expect(chart.stage).toBe("alarm");
    good();
    expect(chart.stage).toBe("at zero");
  });

  it("goes on after a restart as before", () => {
    const chart = new SlowChart(RUN_LENGTH);
    chart.observe(true, { shareSlow: 0.01, blocksPerWindow: 1 });
    const twin = new SlowChart(RUN_LENGTH);
    twin.restore(JSON.parse(JSON.stringify(chart.state())));
    expect(twin.stage).toBe("excursion");
    expect(blocksUntilSlow(twin, 0.01, 1)).toBe(blocksUntilSlow(chart, 0.01, 1));
  });
});
