import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ExponentialHistogram } from "../signals/histogram.ts";
import { CallTimeout } from "./call-timeout.ts";
import { FleetWindow, OVERFLOW } from "./fleet-window.ts";
import { reportOf } from "./fixtures/reports.ts";
import { seededRandom } from "../signals/fixtures/seeded-random.ts";
import { Ids } from "./ids.ts";
import { mergeFlows } from "./merge-flows.ts";
import { NotBefore } from "./not-before.ts";
import { POLICY_DEFAULT } from "./policy.ts";
import { matchesPattern, resolvePolicy } from "./resolve-policy.ts";

function failedOf(seconds: readonly number[]): ReturnType<ExponentialHistogram["data"]> {
  const histogram = new ExponentialHistogram();
  for (const second of seconds) histogram.record(second);
  return histogram.data();
}

describe("the callers' time-out", () => {
  it("is the configured one, else the learned one, else ten usual answers and a second at least", () => {
    const timeout = new CallTimeout();
    expect(timeout.seconds(undefined, undefined)).toBeUndefined();
    expect(timeout.seconds(undefined, 0.01)).toBe(1);
    expect(timeout.seconds(undefined, 3)).toBe(30);
    timeout.observe(3, failedOf([4, 4, 4]));
    expect(timeout.seconds(undefined, 3)).toBeCloseTo(4, 0);
    expect(timeout.seconds(2_500, 3)).toBe(2.5);
  });

  it("is not learned from one caller's impatience, nor from errors that came sooner", () => {
    const timeout = new CallTimeout();
    timeout.observe(2, failedOf([0.1, 0.1]));
    expect(timeout.learnedS).toBeUndefined();
    timeout.observe(3, failedOf([0.1, 0.1, 0.1, 0.1, 4, 4, 4]));
    expect(timeout.learnedS).toBeCloseTo(4, 0);
  });
});

describe("one Retry-After for all", () => {
  const none = { rate: 0, quota: 0, overloaded: 0 };

  it.each([
    [0.4, 400, 250],
    [8, 8_000, 2_000],
    [600, 600_000, 30_000],
    [86_400, 3_600_000, 30_000],
  ])("of %f s: not before %i ms, spread over %i ms", (seconds, waitMs, spreadMs) => {
    const notBefore = new NotBefore();
    notBefore.observe({ ...none, rate: 1 }, seconds, 1_000);
    expect(notBefore.at(1_000)).toEqual({ atMs: 1_000 + waitMs, spreadMs, reason: "rate" });
    expect(notBefore.at(1_000 + waitMs)).toBeUndefined();
  });

  it("is not shortened by a later and shorter one, nor moved by the same said again", () => {
    const notBefore = new NotBefore();
    notBefore.observe({ ...none, rate: 1 }, 10, 0);
    notBefore.observe({ ...none, rate: 1 }, 2, 1_000);
    notBefore.observe({ ...none, rate: 1 }, 10, 1_000);
    expect(notBefore.at(1_000)?.atMs).toBe(10_000);
    notBefore.observe({ ...none, quota: 1 }, 60, 2_000);
    expect(notBefore.at(2_000)).toMatchObject({ atMs: 62_000, reason: "quota" });
  });

  it.each([undefined, 0, -1])("is nothing without a time (%s)", (seconds) => {
    const notBefore = new NotBefore();
    notBefore.observe({ ...none, rate: 1 }, seconds, 0);
    expect(notBefore.at(0)).toBeUndefined();
  });
});

describe("ids", () => {
  it("sort as they were made, whatever the clock does", () => {
    const ids = new Ids(seededRandom(1));
    const made = [5, 5, 5, 6, 4, 1_700_000_000_000.5, 1_700_000_000_001].map((ms) =>
      ids.next("dec", ms),
    );
    expect(made.toSorted()).toEqual(made);
    expect(new Set(made).size).toBe(made.length);
    expect(made.at(-1)).toMatch(/^dec_[0-9A-HJKMNP-TV-Z]{26}$/);
  });

  it("carry over when the random part is at its end", () => {
    const ids = new Ids(() => 0.999_999);
    const [first, second] = [ids.next("det", 7), ids.next("det", 7)];
    expect(first).toBe("det_0000000007ZZZZZZZZZZZZZZZZ");
    expect(second).toBe("det_00000000080000000000000000");
  });
});

describe("the policy of one dependency", () => {
  it.each([
    ["*", "tool:x", true],
    ["tool:*", "tool:x", true],
    ["tool:*", "model:x", false],
    ["*:x", "tool:x", true],
    ["model:*/gpt-*", "model:openai/gpt-5", true],
    ["model:*/gpt-*", "model:openai/o4", false],
    ["tool:x", "tool:xy", false],
    ["tool:x*", "tool:x", true],
    ["a.c", "abc", false],
    ["*a*b", "xaxbxb", true],
    ["", "", true],
    ["", "x", false],
  ])("pattern %j of %j: %s", (pattern, name, matches) => {
    expect(matchesPattern(pattern, name)).toBe(matches);
  });

  it("matches as a regular expression would", () => {
    const letters = fc.array(fc.constantFrom("a", "b", "*")).map((list) => list.join(""));
    fc.assert(
      fc.property(letters, letters, (pattern, name) => {
        const expression = new RegExp(`^${pattern.replaceAll("*", ".*")}$`);
        expect(matchesPattern(pattern, name.replaceAll("*", "c"))).toBe(
          expression.test(name.replaceAll("*", "c")),
        );
      }),
    );
  });

  it("is taken field by field from the first rule that says it", () => {
    const policy = resolvePolicy(
      {
        ...POLICY_DEFAULT,
        rules: [
          { dependency: "tool:x", policy: { mode: "enforce" } },
          { dependency: "tool:*", policy: { mode: "observe", concurrencyMax: 5 } },
        ],
      },
      "tool:x",
    );
    expect(policy).toMatchObject({ mode: "enforce", concurrencyMax: 5, protectedPriority: 1 });
  });
});

describe("a window over the fleet", () => {
  it("is the same whether reports are merged at once or in parts", () => {
    const count = fc.nat({ max: 20 });
    const report = fc.record({ ok: count, error: count, timeout: count, refused: count });
    fc.assert(
      fc.property(fc.array(report, { minLength: 1 }), fc.nat({ max: 5 }), (ended, cut) => {
        const reports = ended.map((one, at) =>
          reportOf(`i${at}`, { ended: one, retryAfterS: at, seconds: 0.125 }),
        );
        const flowOf = (list: typeof reports): ReturnType<FleetWindow["take"]> => {
          const window = new FleetWindow(100);
          for (const { points } of list) for (const point of points) window.record(point);
          return window.take();
        };
        const parts = [reports.slice(0, cut), reports.slice(cut)]
          .filter((part) => part.length > 0)
          .map(flowOf);
        const [first, ...rest] = parts;
        expect(mergeFlows([first!, ...rest])).toEqual(flowOf(reports));
      }),
    );
  });

  it("does not count what Headway itself refused as an attempt", () => {
    const window = new FleetWindow(10);
    for (const point of reportOf("a", { ended: { ok: 3, refused: 5 } }).points)
      window.record(point);
    expect(window.take()).toMatchObject({
      attempts: 3,
      outcomes: { ok: 3, refused: 5 },
      latencyFailed: undefined,
    });
  });

  it("names so many agents, and counts the rest together", () => {
    const window = new FleetWindow(2);
    for (const agent of ["a", "b", "c", "d", "a"]) {
      window.record({
        signal: "headway.agent.attempts",
        attributes: { dependency: "x", agent },
        value: 1,
      });
    }
    expect(window.overflowed).toBe(2);
    expect([...window.take().agentAttempts]).toEqual([
      ["a", 2],
      ["b", 1],
      [OVERFLOW, 2],
    ]);
  });
});
