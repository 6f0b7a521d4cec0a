import { describe, expect, it } from "vitest";
import { ManualClock } from "../fixtures/manual-clock.ts";
import type { Classification } from "../outcome/classification.ts";
import { RetryBudget } from "./retry-budget.ts";
import { retryDelayMs } from "./retry-delay.ts";
import { retryWithin } from "./retry.ts";
import type { Attempted, RetryPlan } from "./retry.ts";

const ERROR: Classification = { outcome: "error" };
const THROTTLED: Classification = { outcome: "throttled" };
const OK: Classification = { outcome: "ok" };

class Scene {
  readonly clock = new ManualClock();
  readonly attemptsAtMs: number[] = [];
  readonly plan: RetryPlan;

  constructor(change: Partial<RetryPlan> = {}) {
    this.plan = {
      attemptsMax: 3,
      budget: new RetryBudget(),
      retriesAllowed: () => Number.POSITIVE_INFINITY,
      notBefore: { atMs: Number.NEGATIVE_INFINITY },
      deadlineAtMs: Number.POSITIVE_INFINITY,
      waitMs: 30_000,
      signal: undefined,
      clock: this.clock,
      random: () => 0.5,
      ...change,
    };
  }

  /** Each attempt ends as the next of `ends`, the last one again and again. */
  async run(...ends: readonly Classification[]): Promise<string> {
    const call = retryWithin(this.plan, async (attempt): Promise<Attempted<string>> => {
      this.attemptsAtMs.push(this.clock.nowMs - 1_000_000);
      const classification = ends[attempt - 1] ?? ends.at(-1)!;
      return classification.outcome === "ok"
        ? { ok: true, value: `value ${attempt}`, classification }
        : { ok: false, error: new Error(`error ${attempt}`), classification };
    });
    const settled = call.catch((error: Error) => error.message);
    await this.clock.advance(100_000);
    return settled;
  }
}

describe("a call that fails", () => {
  it("is tried again after a pause that grows, with half of the range as the draw", async () => {
    const scene = new Scene();
    expect(await scene.run(ERROR, ERROR, OK)).toBe("value 3");
    expect(scene.attemptsAtMs).toEqual([0, 25, 75]);
  });

  it("pauses a second and more after a throttle", async () => {
    const scene = new Scene();
    await scene.run(THROTTLED, THROTTLED, OK);
    expect(scene.attemptsAtMs).toEqual([0, 500, 1_500]);
  });

  it("gives up after its attempts, with the last error", async () => {
    const scene = new Scene();
    expect(await scene.run(ERROR)).toBe("error 3");
    expect(scene.attemptsAtMs).toHaveLength(3);
  });

  it.each<[string, Classification]>([
    ["a failure that will recur", { outcome: "error", isRetryable: false }],
    ["a cancellation", { outcome: "cancelled" }],
    ["a refusal of Headway's own", { outcome: "refused" }],
  ])("is not tried again after %s", async (_, failure) => {
    const scene = new Scene();
    expect(await scene.run(failure)).toBe("error 1");
  });

  it("is not tried again where the fleet's decision allows no retry", async () => {
    expect(await new Scene({ retriesAllowed: () => 0 }).run(ERROR)).toBe("error 1");
    expect(await new Scene({ retriesAllowed: () => 1 }).run(ERROR)).toBe("error 2");
  });

  it("is not tried again when the pause would outlast its deadline", async () => {
    expect(await new Scene({ deadlineAtMs: 1_000_025 }).run(ERROR)).toBe("error 1");
    expect(await new Scene({ deadlineAtMs: 1_000_026 }).run(ERROR)).toBe("error 2");
  });

  it("stops pausing when it is aborted", async () => {
    const abort = new AbortController();
    const scene = new Scene({ signal: abort.signal });
    const call = scene.run(THROTTLED);
    abort.abort(new Error("enough"));
    expect(await call).toBe("enough");
  });
});

describe("a Retry-After", () => {
  it("is a floor, jittered upwards only", async () => {
    const scene = new Scene({ attemptsMax: 2 });
    await scene.run({ outcome: "throttled", retryAfterMs: 10_000 });
    expect(scene.attemptsAtMs).toEqual([0, 11_000]);
    for (const draw of [0, 0.3, 0.999]) {
      const delayMs = retryDelayMs({ outcome: "throttled", retryAfterMs: 10_000 }, 1, () => draw);
      expect(delayMs).toBeGreaterThanOrEqual(10_000);
      expect(delayMs).toBeLessThanOrEqual(12_000);
    }
  });

  it("told to one call holds for the retries of the others", async () => {
    const notBefore = { atMs: Number.NEGATIVE_INFINITY };
    await new Scene({ notBefore, attemptsMax: 1 }).run({
      outcome: "throttled",
      retryAfterMs: 5_000,
    });
    const other = new Scene({ notBefore, attemptsMax: 2 });
    await other.run(ERROR);
    expect(other.attemptsAtMs[1]).toBe(5_500);
  });

  it("longer than the call may wait ends it at once, with the last error", async () => {
    const scene = new Scene({ waitMs: 10_999 });
    expect(await scene.run({ outcome: "throttled", retryAfterMs: 10_000 })).toBe("error 1");
    expect(await new Scene({ waitMs: 0 }).run(ERROR, OK)).toBe("value 2");
    const long = new Scene();
    expect(await long.run({ outcome: "throttled", retryAfterMs: 3_600_000 })).toBe("error 1");
    expect(long.clock.timerCount).toBe(0);
    expect(long.plan.budget.tokens).toBe(500);
  });

  it("never lets a pause pass 20 s without one", () => {
    expect(retryDelayMs(THROTTLED, 30, () => 0.999)).toBeLessThanOrEqual(20_000);
  });
});

describe("the budget", () => {
  it("pays for 35 retries after errors, 100 after throttles, and then for none", () => {
    const errors = new RetryBudget();
    let count = 0;
    while (errors.take(ERROR) > 0) count += 1;
    expect(count).toBe(35);
    const throttles = new RetryBudget();
    count = 0;
    while (throttles.take(THROTTLED) > 0) count += 1;
    expect(count).toBe(100);
  });

  it("gives back what a retry cost when it succeeds, and one token for a call that needed none", () => {
    const budget = new RetryBudget();
    const cost = budget.take(ERROR);
    expect(budget.tokens).toBe(486);
    budget.succeeded(cost);
    expect(budget.tokens).toBe(500);
    budget.take(THROTTLED);
    budget.succeeded(0);
    expect(budget.tokens).toBe(496);
  });

  it("gets back what a call's last retry cost once that succeeds", async () => {
    const scene = new Scene();
    await scene.run(ERROR, ERROR, OK);
    expect(scene.plan.budget.tokens).toBe(486);
  });

  it("stops retrying a dead dependency, whatever each call may do by itself", async () => {
    const budget = new RetryBudget();
    let attempts = 0;
    for (let call = 0; call < 100; call += 1) {
      const scene = new Scene({ budget });
      await scene.run(ERROR);
      attempts += scene.attemptsAtMs.length;
    }
    expect(attempts).toBe(135);
  });
});
