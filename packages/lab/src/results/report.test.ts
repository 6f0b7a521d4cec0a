import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { atLeast, atMost, atMostOnAverage } from "./bars.ts";
import { Comparison } from "./comparison.ts";
import { Laboratory, SEED_FIRST, SHORT } from "./laboratory.ts";
import { LIMITS } from "./limits.ts";
import { limitsMarkdown } from "./limits-section.ts";
import { percent, plusMinus, table } from "./markdown.ts";
import { reportOf } from "./report.ts";
import { writeResults } from "./results.ts";

const show = (value: number): string => value.toFixed(2);
const budget = { ...SHORT, seeds: 2 };

describe("a bar", () => {
  it.each([
    [0.94, true],
    [0.93, true],
    [0.929, false],
  ])("of at least .93 and %f: holds is %s", (value, holds) => {
    expect(atLeast("claim", 0.93, value, show).holds).toBe(holds);
  });

  it.each([
    [2, true],
    [2.01, false],
    [Number.NaN, false],
    [Number.POSITIVE_INFINITY, false],
  ])("of at most 2 and %f: holds is %s", (value, holds) => {
    expect(atMost("claim", 2, value, show).holds).toBe(holds);
  });
});

describe("a bar on a mean", () => {
  const bar = (mean: number, half: number) => {
    const estimate = {
      runs: 9,
      mean,
      low: mean - half,
      high: mean + half,
      median: mean,
      infinite: 0,
    };
    const { holds, isWithinChance } = atMostOnAverage("claim", 2, estimate, show);
    return { holds, isWithinChance };
  };

  it("is within chance where the interval reaches past what was wanted, on either side", () => {
    expect(bar(1.5, 0.4)).toEqual({ holds: true, isWithinChance: false });
    expect(bar(1.5, 0.6)).toEqual({ holds: true, isWithinChance: true });
    expect(bar(2.5, 0.6)).toEqual({ holds: false, isWithinChance: true });
    expect(bar(2.5, 0.4)).toEqual({ holds: false, isWithinChance: false });
  });
});

describe("the page", () => {
  const section = (holds: boolean) => ({
    title: "A chapter",
    markdown: "Its text.",
    figures: [],
    bars: [{ claim: "fast", wanted: "≤ 1", measured: "2", holds }],
  });

  it("says first what was wanted and does not hold", () => {
    const page = reportOf([section(false), section(true)], budget);
    expect(page).toContain(
      "1 of 2 hold, 0 of them within chance; of the other 1, 0 are. Those that do not hold:\n\n| claim |",
    );
    expect(page.indexOf("What was wanted")).toBeLessThan(page.indexOf("A chapter"));
    expect(page).toContain("## What is not claimed");
  });

  it("writes numbers with what is known of them", () => {
    const estimate = { runs: 3, mean: 14.94, low: 14.5, high: 15.38, median: 15, infinite: 0 };
    expect(plusMinus(estimate, 1)).toBe("14.9 ± 0.4");
    expect(plusMinus({ ...estimate, infinite: 3 }, 1)).toBe("never");
    expect(plusMinus({ ...estimate, infinite: 1 }, 1)).toBe("never in 1 of 3");
    expect(percent(0.0312)).toBe("3.1 %");
    expect(table(["a", "b"], [["1", "2"]])).toBe("| a | b |\n| --- | ---: |\n| 1 | 2 |");
  });
});

describe("what does not hold", () => {
  const bar = (claim: string, holds = false) => ({ claim, wanted: "≥ 1", measured: "0.5", holds });
  const limit = { claims: /queue-0: .*waste/, bound: "a | b", tried: "c", best: "0.7" };

  it("is shown with its reason, and as not explained where nobody gave one", () => {
    const bars = [bar("a-queue-0: wasted"), bar("b-queue-0: fast"), bar("c-queue-0: least waste")];
    const page = limitsMarkdown(bars, [limit, { ...limit, tried: "never: the first reason fits" }]);
    expect(page).toContain(
      "| a-queue-0: wasted | ≥ 1 | 0.5; at best 0.7 | a \\| b | c |\n| c-queue-0: least waste |",
    );
    expect(page).toContain("Not explained:\n\n- b-queue-0: fast");
    expect(page).not.toContain("never");
  });

  it("is nothing where all holds, whatever reasons there are", () => {
    expect(limitsMarkdown([bar("a-queue-0: wasted", true)], [limit])).toBe("");
    const section = { title: "A", markdown: "B", figures: [], bars: [bar("x", true)] };
    expect(reportOf([section], budget, [limit])).not.toContain("out of reach\n");
  });

  it.each([
    ["c-queue-0: goodput not below the best other rival's (full-jitter)", /no time|rejected/u],
    ["d-queue-0: goodput of the oracle's", /4 s on average/u],
    ["c-queue-256: goodput not below central-aimd-gentle's", /Ten seconds/u],
    ["c-queue-256: critical p99 of the oracle's", /share what is left/u],
    ["a-queue-0: critical p99 of the oracle's", /A slot that moves/u],
    ["voice-traffic-spike: most goodput (best rival: vegas)", /half as much again/u],
    ["voice-traffic-spike: least waste (best rival: cinnamon)", /wastes least sends least/u],
    ["c-queue-256: lost when decisions are 1 s late", /until a decision arrives/u],
  ])("gives %s its own reason, not another's", (claim, bound) => {
    expect(LIMITS.find(({ claims }) => claims.test(claim))?.bound).toMatch(bound);
  });

  it("has no list of what is not explained where all is", () => {
    expect(limitsMarkdown([bar("a-queue-0: wasted")], [limit])).not.toContain("Not explained");
  });
});

describe("the laboratory", () => {
  const lab = (): Laboratory => new Laboratory({ budget, dataFolder: "unused", threads: 1 });
  const brief = (laboratory: Laboratory) =>
    laboratory.scenario(
      "c-queue-32",
      ["durationS=30", "measure.fromS=10", "measure.toS=15", "faults=[]"],
      "brief",
    );

  it("runs each run once, and gives the same whoever asks again", async () => {
    const laboratory = lab();
    const first = await laboratory.runs([brief(laboratory)], ["no-retry", "headway"], 2);
    const again = await laboratory.runs([brief(laboratory)], ["headway"], 1);
    expect(first.map(({ seed }) => seed - SEED_FIRST)).toEqual([0, 1, 0, 1]);
    expect(again[0]).toBe(first[2]);
  });

  it("runs once what is asked for twice at the same time", async () => {
    const laboratory = lab();
    const ask = () => laboratory.runs([brief(laboratory)], ["no-retry"], 1);
    const [one, other] = await Promise.all([ask(), ask()]);
    expect(one[0]).toBe(other[0]);
  });

  it("compares policies seed by seed, and knows a variant by its name", async () => {
    const laboratory = lab();
    const variant = { name: "headway, advising", policy: { mode: "advise" } } as const;
    const runs = await laboratory.runs(
      [brief(laboratory)],
      ["oracle", "headway", "no-retry", variant],
      2,
    );
    const comparison = new Comparison(runs, "brief");
    expect(comparison.ofOracle("oracle")).toBe(1);
    expect(comparison.mean("headway, advising", "goodput")).toBeGreaterThan(30);
    const attempts = comparison.ratio("headway", "no-retry", ({ attempts }) => attempts);
    const [first, second, one, other] = ["headway", "no-retry"]
      .flatMap((policy) => runs.filter((run) => run.policy === policy))
      .map(({ measures }) => measures.attempts);
    expect(attempts.mean).toBeCloseTo((first! / one! + second! / other!) / 2);
    expect(comparison.lead("no-retry").mean).toBeCloseTo(
      comparison.mean("headway", "goodput") - comparison.mean("no-retry", "goodput"),
    );
    expect(comparison.curve("oracle", "good", 0, 20)).toMatchObject({ isReference: true });
    expect(() => comparison.of("nobody")).toThrow(RangeError);
  });
});

describe("what is written", () => {
  let folder: string | undefined;
  afterEach(() => {
    if (folder !== undefined) rmSync(folder, { recursive: true });
  });

  it("is a page in the folder it is told", async () => {
    folder = mkdtempSync(join(tmpdir(), "headway-results-"));
    await writeResults({ budget, dataFolder: "unused", folder, only: [] });
    expect(readFileSync(join(folder, "results.md"), "utf8")).toContain("# Results");
  });
});
