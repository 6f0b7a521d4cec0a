import { describe, expect, it } from "vitest";
import { CusumBank } from "./cusum.ts";
import { normal, seeded } from "./fixtures/windows.ts";

function meanDelay(shift: number, runLength: number, runs: number): number {
  const random = seeded(11);
  let windows = 0;
  for (let run = 0; run < runs; run += 1) {
    const bank = new CusumBank({ runLength });
    do windows += 1;
    while (!bank.observe(normal(random) + shift));
  }
  return windows / runs;
}

describe("a bank of CUSUMs", () => {
  it("alarms falsely no more often than its run length says, and not much less often", () => {
    const windows = meanDelay(0, 300, 1_000);
    // Its members are alike enough to alarm together, so a third each is cautious.
    expect(windows).toBeGreaterThan(300 * 0.95);
    expect(windows).toBeLessThan(300 * 2);
  });

  it.each([0.5, 1, 2])(
    "sees a shift of %d sigma within 1.5 of the bound log(ARL) / KL, start and overshoot aside",
    (shift) => {
      const runLength = 10_000;
      const bound = Math.log(runLength) / (shift ** 2 / 2);
      expect(meanDelay(shift, runLength, 200)).toBeLessThan(1.5 * bound + 1);
    },
  );

  it("estimates the shift and since when, from the alarm's own run", () => {
    const bank = new CusumBank({ runLength: 10_000 });
    for (let window = 0; window < 100; window += 1) expect(bank.observe(-1)).toBeUndefined();
    let alarm = bank.observe(3, 1.5);
    for (let window = 1; !alarm; window += 1) alarm = bank.observe(3, 1.5);
    expect(alarm).toMatchObject({ member: 2, mean: 1.5, windows: 3 });
    expect(alarm.statistic).toBeGreaterThan(alarm.threshold);
  });

  it("needs more evidence where the baseline is uncertain", () => {
    const certain = new CusumBank({ runLength: 1_000 });
    const uncertain = new CusumBank({ runLength: 1_000 });
    const windowsTo = (bank: CusumBank, allowance: number) => {
      let windows = 1;
      while (!bank.observe(1.5, 1.5, allowance)) windows += 1;
      return windows;
    };
    expect(windowsTo(uncertain, 0.5)).toBeGreaterThan(windowsTo(certain, 0));
  });

  it("goes on from its state, and ignores a state that is not its own", () => {
    const bank = new CusumBank({ runLength: 1_000 });
    for (const z of [2, 1, 2]) bank.observe(z);
    const twin = new CusumBank({ runLength: 1_000 });
    twin.restore(JSON.parse(JSON.stringify(bank.state())));
    expect(twin.state()).toEqual(bank.state());
    expect(twin.tension).toBe(bank.tension);
    twin.restore([1, 2, 3]);
    twin.restore({ rubbish: true });
    expect(twin.state()).toEqual(bank.state());
  });
});
