import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { dataFolder } from "../agents/data-folder.ts";
import { randomStream } from "../simulation/random.ts";
import { benchLoop } from "./loop-bench.ts";
import { type AgentRun, MODEL, readAgentRuns, stepsOf, withLoop } from "./loop-sequences.ts";
import type { RecordedSpan } from "./loop-span-trees.ts";
import { hasLoop, watchForLoop } from "./loop-watch.ts";

const RUN: AgentRun = {
  isGood: true,
  calls: [
    { name: "user", digest: 0, failed: false },
    { name: "model", digest: 0, failed: false },
    { name: "user", digest: 0, failed: false },
    { name: "search", digest: 5, failed: false },
    { name: "book", digest: 6, failed: true },
    { name: "book", digest: 8, failed: false },
  ],
};
const steps = () => stepsOf(RUN, randomStream(1, "run"));
const LOOP = { name: "loop", tries: 5, failing: true, sameArguments: true, throughModel: false };
const agent = { "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "booker" };
const tool = { "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "search" };

function spanAt(
  spanId: string,
  parentSpanId: string | undefined,
  startMs: number,
  endMs: number,
  attributes: Record<string, string>,
  failed = false,
): RecordedSpan {
  const common = { kind: 0, name: "", scope: "", resource: {}, exceptionType: undefined } as const;
  const durationMs = endMs - startMs;
  const ids = { traceId: "t", spanId, parentSpanId };
  return { startMs, endMs, view: { ...common, ...ids, attributes, failed, durationMs } };
}
const SEEN = { hasDigest: true, hasStepSpans: true };

describe("a run with times", () => {
  it("asks the model before each tool, and waits where a person speaks", () => {
    expect(steps().map(({ dependency, outcome }) => `${dependency} ${outcome}`)).toEqual([
      `${MODEL} ok`,
      `${MODEL} ok`,
      "tool:search ok",
      `${MODEL} ok`,
      "tool:book error",
      `${MODEL} ok`,
      "tool:book ok",
    ]);
    expect(steps().map(({ pauseMs }) => pauseMs > 0)).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
      false,
    ]);
  });

  it("has a loop put in whole, and nothing else changed", () => {
    const looped = withLoop(steps(), { ...LOOP, throughModel: true }, randomStream(2, "loop"));
    expect(looped.filter(({ isLoop }) => isLoop)).toHaveLength(5);
    expect(looped).toHaveLength(steps().length + 10);
    const first = looped.findIndex(({ isLoop }) => isLoop);
    expect([...looped.slice(0, first - 1), ...looped.slice(first + 9)]).toEqual(steps());
  });
});

describe("a loop among an agent's calls", () => {
  const flagOf = (loop: Partial<typeof LOOP>, seen: Partial<typeof SEEN> = {}) =>
    watchForLoop(withLoop(steps(), { ...LOOP, ...loop }, randomStream(2, "loop")), {
      ...SEEN,
      ...seen,
    });

  it("is flagged at its third try where the arguments are compared, on a beat or through the model", () => {
    expect(flagOf({})).toMatchObject({ tries: 3, dependency: "tool:loop" });
    expect(flagOf({ throughModel: true })).toMatchObject({ tries: 3 });
  });

  it("is flagged by its beat where nobody compares them, and not when there is none", () => {
    expect(flagOf({ tries: 20 }, { hasDigest: false })!.tries).toBeLessThanOrEqual(8);
    expect(flagOf({ tries: 20, throughModel: true }, { hasDigest: false })).toBeUndefined();
  });

  it("is none of other arguments each time, nor where it works, unless on a beat", () => {
    expect(flagOf({ sameArguments: false, throughModel: true })).toBeUndefined();
    expect(flagOf({ failing: false, throughModel: true })).toBeUndefined();
    expect(flagOf({ failing: false, tries: 20 })).toBeDefined();
  });

  it("counts as one call tried again where no span tells the steps apart", () => {
    expect(flagOf({}, { hasStepSpans: false })).toBeUndefined();
  });

  it("is none in the run alone", () => {
    expect(watchForLoop(steps(), SEEN)).toBeUndefined();
  });
});

it("is found in a tree of spans where there is one", () => {
  const tree = (tries: number): RecordedSpan[] => [
    spanAt("agent", undefined, 0, 60_000, agent),
    ...Array.from({ length: tries }, (_, index) => [
      spanAt(`step ${index}`, "agent", index * 2_000, index * 2_000 + 900, {}),
      spanAt(`tool ${index}`, `step ${index}`, index * 2_000, index * 2_000 + 800, tool, true),
    ]).flat(),
  ];
  expect(hasLoop(tree(10))).toBe(true);
  expect(hasLoop(tree(3))).toBe(false);
});

describe.skipIf(!existsSync(dataFolder()))(
  `in recorded dialogues (not run where ${dataFolder()} is absent)`,
  () => {
    it("is flagged in none of two hundred, and in all that a failing one is put into", async () => {
      expect(readAgentRuns(dataFolder())).toHaveLength(200);
      const { rows, trees } = await benchLoop(dataFolder(), { seeds: 1 });
      expect(trees).toEqual({ runs: 20, flagged: 0 });
      for (const { loop, flagged } of rows) if (loop.startsWith("none")) expect(flagged).toBe(0);
      const compared = rows.find(
        ({ mode, loop }) => mode === "with the digest" && loop.startsWith("fails 5 times, asks"),
      )!;
      expect(compared).toMatchObject({ runs: 200, flaggedShare: 1, tryAtFlag: 3 });
      expect(compared.triesAfterShare).toBeCloseTo(0.4, 12);
    });
  },
);
