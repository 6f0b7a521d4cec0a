import { describe, expect, it } from "vitest";
import type { Priority } from "@headway/core/signals";
import type { WorkflowFacts } from "../agents/observer.ts";
import type { Attempt, AttemptEnd } from "../policies/policy.ts";
import { EventQueue } from "../simulation/event-queue.ts";
import { cell } from "./cells.ts";
import { Measurement } from "./measurement.ts";

const SCENARIO = { ...cell("a-queue-256"), durationS: 300 };
const REST = { amplification: 1, lockouts: 0, holdsAtMs: [] };

/** Plans what a test says on a clock, in seconds, and measures it. The measured span is from 60 to 90 s, the fault too. */
class Bench {
  readonly #events = new EventQueue();
  readonly #measurement = new Measurement(SCENARIO, this.#events);
  #ids = 0;

  /** Takes `lastsS`; fails where `ok` is false; never ends where `lastsS` is absent. */
  workflow(
    atS: number,
    lastsS?: number,
    { ok = true, priority = 3 }: { ok?: boolean; priority?: Priority } = {},
  ): this {
    const workflow: WorkflowFacts = {
      id: (this.#ids += 1),
      workload: "w",
      priority,
      process: 0,
      startedMs: 1_000 * atS,
      deadlineMs: 1_000 * (atS + 30),
    };
    this.#events.at(1_000 * atS, () => this.#measurement.workflowStarted(workflow));
    if (lastsS !== undefined)
      this.#events.at(1_000 * (atS + lastsS), () => this.#measurement.workflowEnded(workflow, ok));
    return this;
  }

  attempt(
    askedS: number,
    outcome: AttemptEnd["outcome"],
    { waitsS = 0, parent = undefined as Attempt | undefined, lastsS = 1 } = {},
  ): Attempt {
    const attempt = this.#asked(askedS, parent);
    const wentMs = 1_000 * (askedS + waitsS);
    const measurement = this.#measurement;
    this.#events.at(wentMs, () => measurement.attemptWent(attempt));
    this.#events.at(wentMs + 1_000 * lastsS, () =>
      measurement.attemptEnded(attempt, { outcome, latencyMs: 1_000 * lastsS }, wentMs),
    );
    return attempt;
  }

  /** Refused at once. */
  refusal(askedS: number): this {
    const attempt = this.#asked(askedS);
    this.#events.at(attempt.askedMs, () => this.#measurement.attemptRefused(attempt));
    return this;
  }

  #asked(askedS: number, parent?: Attempt): Attempt {
    const askedMs = 1_000 * askedS;
    this.#events.at(askedMs, () => this.#measurement.attemptAsked());
    return {
      id: (this.#ids += 1),
      dependency: "model:llm",
      process: 0,
      agent: "a",
      workflow: 1,
      call: 1,
      operation: "do",
      priority: 3,
      number: 1,
      callStartedMs: askedMs,
      askedMs,
      deadlineMs: Infinity,
      parent,
    };
  }

  measures(rest: Partial<typeof REST> | { holdsAtMs: readonly number[] } = {}) {
    this.#events.runUntil(300_000);
    return this.#measurement.measures({ ...REST, ...rest });
  }

  get series() {
    return this.#measurement.series;
  }
}

describe("goodput", () => {
  it("counts workflows by when they were done: before, in and after the span, its edges exactly", () => {
    const bench = new Bench();
    for (const doneS of [59.999, 60, 89.999, 90, 149.999, 150]) bench.workflow(doneS - 1, 1);
    const { goodputBefore, goodput, goodputAfter } = bench
      .workflow(70, 1, { ok: false })
      .measures();
    expect([goodputBefore * 60, goodput * 30, goodputAfter * 60]).toEqual([1, 2, 2]);
  });
});

describe("the critical", () => {
  it("are those that started in the span or 30 s after it; what failed or never ended took until its deadline", () => {
    const critical = { priority: 1 } as const;
    const bench = new Bench()
      .workflow(59.9, 1, critical)
      .workflow(60, 2, critical)
      .workflow(61, 4, critical)
      .workflow(100, 3, { ...critical, ok: false })
      .workflow(119, undefined, critical)
      .workflow(120, undefined, critical)
      .workflow(70, 9)
      .workflow(119.9, undefined)
      .workflow(120, 29, { ok: false });
    const measures = bench.measures();
    expect(measures.criticalOk).toBe(0.5);
    expect(measures.criticalP50S).toBe(4);
    expect(measures.criticalP99S).toBe(30);
    expect(measures.failed).toEqual({ 1: 3, 2: 0, 3: 2, 4: 0, 5: 0 });
  });

  it("are measured beside all: the slowest of every priority", () => {
    const bench = new Bench().workflow(60, 1, { priority: 1 }).workflow(119, 7).workflow(120, 9);
    expect(bench.measures()).toMatchObject({ criticalP99S: 1, p99S: 7 });
    expect(new Bench().workflow(60, 1).workflow(61).measures().p99S).toBe(30);
  });

  it("are well where there are none", () => {
    expect(new Bench().measures()).toMatchObject({ criticalOk: 1, criticalP99S: 0, p99S: 0 });
  });
});

describe("waste", () => {
  it("is what gave its call no good answer, of the attempts in the span and the minute after", () => {
    const bench = new Bench();
    bench.attempt(59, "error");
    bench.attempt(60, "ok");
    bench.attempt(70, "timeout");
    bench.attempt(80, "throttled");
    bench.attempt(149, "ok");
    bench.attempt(150, "error");
    const { attempts, wasted, wastedShare, wastedShareRun } = bench.measures();
    expect({ attempts, wasted, wastedShare }).toEqual({ attempts: 4, wasted: 2, wastedShare: 0.5 });
    expect(wastedShareRun).toBeCloseTo(4 / 6, 12);
  });

  it("counts an attempt when it went out, however long it had waited", () => {
    const bench = new Bench();
    bench.attempt(59, "ok", { waitsS: 2 });
    bench.attempt(149, "error", { waitsS: 2 });
    expect(bench.measures()).toMatchObject({ attempts: 1, wasted: 0 });
  });

  it("takes those made for a wasted attempt with it, through two levels", () => {
    const bench = new Bench();
    const good = bench.attempt(60, "ok", { lastsS: 10 });
    const bad = bench.attempt(60, "timeout", { lastsS: 5 });
    for (const top of [good, bad]) {
      const middle = bench.attempt(61, "ok", { parent: top, lastsS: 3 });
      bench.attempt(62, "ok", { parent: middle, lastsS: 1 });
      bench.attempt(62, "error", { parent: middle, lastsS: 1 });
    }
    // Answers to the attempt that was given up at 65 s, and then nobody wants them.
    bench.attempt(64, "ok", { parent: bad, lastsS: 9 });
    expect(bench.measures()).toMatchObject({ attempts: 9, wasted: 6 });
  });
});

describe("what was held back", () => {
  it("counts against us only where no fault is on and none has been for a minute", () => {
    const bench = new Bench();
    bench.attempt(30, "ok", { waitsS: 0.005 });
    bench.attempt(30, "ok", { waitsS: 0.006 });
    bench.attempt(60, "ok", { waitsS: 1 });
    bench.attempt(149, "ok", { waitsS: 1 });
    bench.attempt(150, "ok", { waitsS: 1 });
    const { heldHealthy, falseHolds } = bench.measures({
      holdsAtMs: [10_000, 60_000, 149_999, 150_000, 299_000],
    });
    expect({ heldHealthy, falseHolds }).toEqual({ heldHealthy: 2, falseHolds: 3 });
  });

  it("counts what was refused there too, though it did not wait", () => {
    const bench = new Bench().refusal(30).refusal(60).refusal(149).refusal(150);
    expect(bench.measures().heldHealthy).toBe(2);
  });
});

describe("the series", () => {
  it("has what happened in each second, and what was open at its end", () => {
    const bench = new Bench().workflow(2, 1.5, { priority: 1 }).workflow(2.9, 1);
    bench.attempt(2, "ok", { waitsS: 1.5, lastsS: 1 });
    bench.measures();
    const first = (counts: readonly number[]) => counts.slice(2, 5);
    expect(first(bench.series.offered)).toEqual([2, 0, 0]);
    expect(first(bench.series.good)).toEqual([0, 2, 0]);
    expect(first(bench.series.goodCritical)).toEqual([0, 1, 0]);
    expect(first(bench.series.attempts)).toEqual([0, 1, 0]);
    expect(first(bench.series.waiting)).toEqual([1, 0, 0]);
    expect(first(bench.series.inFlight)).toEqual([0, 1, 0]);
    expect(bench.series.offered).toHaveLength(300);
  });
});
