import { decodeReports, SignalRecorder } from "@headway/core/signals";
import { describe, expect, it } from "vitest";
import { ManualClock, settle } from "../fixtures/manual-clock.ts";
import { EARLY_FLUSH_MS_MIN, Reporter, UNDER_WAY_MAX, URGENCY_POLL_MS } from "./reporter.ts";
import type { ReporterOptions, ReportOutcome } from "./reporter.ts";
import type { FetchInit } from "./unreferenced-fetch.ts";

interface Sent {
  readonly url: string;
  readonly init: FetchInit;
  readonly answer: (status: number) => void;
  readonly fail: () => void;
}

class Scene {
  readonly clock = new ManualClock();
  readonly recorder = new SignalRecorder({ instance: "i" });
  readonly sent: Sent[] = [];
  readonly outcomes: ReportOutcome[] = [];
  readonly reporter: Reporter;

  constructor(change: Partial<ReporterOptions> = {}) {
    this.reporter = new Reporter({
      url: "http://x.example/prefix",
      recorder: this.recorder,
      now: this.clock.now,
      schedule: this.clock.schedule,
      fetch: (url, init) =>
        new Promise((resolve, reject) => {
          init.signal?.addEventListener("abort", () => reject(new Error("aborted")));
          const answer = (status: number): void => resolve(new Response(null, { status }));
          this.sent.push({ url, init, answer, fail: () => reject(new Error("reset")) });
        }),
      onOutcome: (outcome) => this.outcomes.push(outcome),
      ...change,
    });
    this.reporter.start();
  }

  /** From now on the recorder has news whenever it is asked. */
  turnsBad(): void {
    Object.assign(this.recorder, { isUrgent: () => true });
  }

  attempt(outcome: "ok" | "error" = "ok"): void {
    const handle = this.recorder.runStarted(
      { dependency: "tool:x", priority: 3 },
      this.clock.nowMs,
    );
    this.recorder.runEnded(handle, { outcome }, this.clock.nowMs);
  }

  async advance(ms: number, status?: number): Promise<void> {
    await this.clock.advance(ms);
    if (status !== undefined) this.sent.at(-1)?.answer(status);
    await settle();
    await settle();
  }

  /** What a report sent says of one signal. */
  value(index: number, signal: string): number | undefined {
    const decoded = decodeReports(this.sent[index]!.init.body!, "protobuf");
    if (!decoded.ok) throw new Error(decoded.message);
    const point = decoded.reports[0]?.points.find((found) => found.signal === signal);
    return typeof point?.value === "number" ? point.value : point?.value.count;
  }
}

describe("a report", () => {
  it("goes out once a window, to the service's metrics, with its token", async () => {
    const scene = new Scene({ token: "t" });
    scene.attempt();
    await scene.advance(999);
    expect(scene.sent).toHaveLength(0);
    await scene.advance(1, 200);
    expect(scene.sent).toHaveLength(1);
    expect(scene.sent[0]!.url).toBe("http://x.example/prefix/v1/metrics");
    expect(scene.sent[0]!.init.headers).toMatchObject({
      "content-type": "application/x-protobuf",
      authorization: "Bearer t",
    });
    expect(scene.value(0, "headway.attempt.duration")).toBe(1);
    expect(scene.outcomes).toEqual([{ ok: true }]);
  });

  it("with nothing in it goes out once, so that gauges fall, and then no more", async () => {
    const scene = new Scene();
    scene.attempt();
    for (let window = 0; window < 5; window += 1) await scene.advance(1_000, 200);
    expect(scene.sent).toHaveLength(2);
  });

  it("of the interval waits for the one before it, and then covers both windows", async () => {
    const scene = new Scene();
    scene.attempt();
    await scene.advance(1_000);
    scene.attempt();
    await scene.advance(1_000);
    scene.attempt();
    expect(scene.sent).toHaveLength(1);
    scene.sent[0]!.answer(200);
    await scene.advance(1_000);
    expect(scene.sent).toHaveLength(2);
    expect(scene.value(1, "headway.attempt.duration")).toBe(2);
  });

  it("that found no connection is tried once more, then dropped and counted", async () => {
    const scene = new Scene();
    scene.attempt();
    await scene.advance(1_000);
    scene.sent[0]!.fail();
    await settle();
    expect(scene.sent).toHaveLength(2);
    scene.sent[1]!.fail();
    await settle();
    expect(scene.outcomes).toEqual([{ ok: false, reason: "network" }]);
    await scene.advance(1_000, 200);
    expect(scene.value(2, "headway.attempt.duration")).toBeUndefined();
    expect(scene.value(2, "headway.report.failed")).toBe(1);
  });

  it.each([[400], [401], [429], [503]])("that is answered %i is not sent again", async (status) => {
    const scene = new Scene();
    scene.attempt();
    await scene.advance(1_000, status);
    expect(scene.sent).toHaveLength(1);
    expect(scene.outcomes).toEqual([{ ok: false, reason: `status_${status}` }]);
  });

  it("that is never answered is given up after 5 s", async () => {
    const scene = new Scene();
    scene.attempt();
    await scene.advance(5_999);
    expect(scene.outcomes).toEqual([]);
    await scene.advance(1);
    expect(scene.outcomes).toEqual([{ ok: false, reason: "timeout" }]);
    expect(scene.sent[0]!.init.signal?.aborted).toBe(true);
  });

  it("goes out early when the window turns bad, but not in a burst", async () => {
    const scene = new Scene();
    scene.turnsBad();
    await scene.advance(100);
    scene.attempt("error");
    scene.reporter.flushIfUrgent(scene.clock.nowMs);
    await settle();
    expect(scene.sent).toHaveLength(1);
    scene.sent[0]!.answer(200);
    await settle();
    await settle();
    await scene.advance(199);
    scene.reporter.flushIfUrgent(scene.clock.nowMs);
    expect(scene.sent).toHaveLength(1);
    await scene.advance(1);
    scene.attempt("error");
    scene.reporter.flushIfUrgent(scene.clock.nowMs);
    await settle();
    expect(scene.sent).toHaveLength(2);
  });
});

describe("an urgent report", () => {
  it("does not wait for the answer to the one before it, and says what came since", async () => {
    const scene = new Scene();
    scene.attempt();
    await scene.advance(1_000);
    scene.turnsBad();
    scene.attempt();
    scene.attempt();
    await scene.advance(EARLY_FLUSH_MS_MIN);
    expect(scene.sent).toHaveLength(2);
    expect(scene.value(0, "headway.attempt.duration")).toBe(1);
    expect(scene.value(1, "headway.attempt.duration")).toBe(2);
  });

  it("waits while two are under way, and goes as soon as one is answered", async () => {
    const scene = new Scene();
    scene.turnsBad();
    scene.attempt("error");
    await scene.advance(1_500);
    expect(scene.sent).toHaveLength(UNDER_WAY_MAX);
    scene.attempt("error");
    scene.reporter.flushIfUrgent(scene.clock.nowMs);
    expect(scene.sent).toHaveLength(UNDER_WAY_MAX);
    // The second is answered before the first.
    scene.sent[1]!.answer(200);
    await settle();
    await scene.advance(URGENCY_POLL_MS);
    expect(scene.sent).toHaveLength(UNDER_WAY_MAX + 1);
    expect(scene.outcomes).toEqual([{ ok: true }]);
  });

  it("keeps the next interval's waiting until both are answered", async () => {
    const scene = new Scene();
    scene.attempt();
    await scene.advance(1_000);
    scene.turnsBad();
    scene.attempt("error");
    await scene.advance(200);
    Object.assign(scene.recorder, { isUrgent: () => false });
    scene.attempt();
    scene.sent[1]!.answer(200);
    await scene.advance(1_000);
    expect(scene.sent).toHaveLength(2);
    scene.sent[0]!.answer(200);
    await scene.advance(1_000);
    expect(scene.sent).toHaveLength(3);
  });

  it("that fails is counted by itself: the one beside it still counts", async () => {
    const scene = new Scene();
    scene.attempt();
    await scene.advance(1_000);
    scene.turnsBad();
    scene.attempt("error");
    await scene.advance(200);
    scene.sent[1]!.answer(503);
    await settle();
    scene.sent[0]!.answer(200);
    await settle();
    await settle();
    expect(scene.outcomes).toEqual([{ ok: false, reason: "status_503" }, { ok: true }]);
  });
});

describe("news that time alone makes", () => {
  it("is sent within a tenth of a second, and no more once it is closed", async () => {
    const scene = new Scene();
    let urgentFromMs = scene.clock.nowMs + 450;
    Object.assign(scene.recorder, { isUrgent: (nowMs: number) => nowMs >= urgentFromMs });
    scene.attempt();
    await scene.advance(499);
    expect(scene.sent).toHaveLength(0);
    await scene.advance(1, 200);
    expect(scene.sent).toHaveLength(1);
    urgentFromMs = Number.POSITIVE_INFINITY;
    const closed = scene.reporter.close();
    await scene.advance(0, 200);
    await closed;
    const { length } = scene.sent;
    urgentFromMs = 0;
    await scene.advance(5_000);
    expect(scene.sent).toHaveLength(length);
  });
});

describe("flush and close", () => {
  it("send what there is, after what is under way", async () => {
    const scene = new Scene();
    scene.attempt();
    await scene.advance(1_000);
    scene.attempt();
    const flushed = scene.reporter.flush();
    await settle();
    expect(scene.sent).toHaveLength(1);
    scene.sent[0]!.answer(200);
    await settle();
    await settle();
    expect(scene.sent).toHaveLength(2);
    scene.sent[1]!.answer(200);
    await flushed;
  });

  it.each([
    ["flush", async (reporter: Reporter) => await reporter.flush()] as const,
    ["close", async (reporter: Reporter) => await reporter.close(5_000)] as const,
  ])("wait for both that are under way: %s", async (_, end) => {
    const scene = new Scene();
    scene.attempt();
    await scene.advance(1_000);
    scene.turnsBad();
    scene.attempt("error");
    await scene.advance(200);
    Object.assign(scene.recorder, { isUrgent: () => false });
    scene.attempt();
    let isDone = false;
    const ended = end(scene.reporter).then(() => {
      isDone = true;
    });
    scene.sent[1]!.answer(200);
    await scene.advance(0);
    expect([scene.sent.length, isDone]).toEqual([2, false]);
    scene.sent[0]!.answer(200);
    await scene.advance(0);
    expect([scene.sent.length, isDone]).toEqual([3, false]);
    scene.sent[2]!.answer(200);
    await ended;
    expect(scene.value(2, "headway.attempt.duration")).toBe(1);
  });

  it("are bounded in time, and nothing is sent after close", async () => {
    const scene = new Scene();
    scene.attempt();
    let isClosed = false;
    void scene.reporter.close(300).then(() => {
      isClosed = true;
    });
    await scene.advance(299);
    expect([isClosed, scene.sent.length]).toEqual([false, 1]);
    await scene.advance(1);
    expect(isClosed).toBe(true);
    await scene.advance(60_000);
    scene.reporter.start();
    scene.reporter.flushIfUrgent(scene.clock.nowMs);
    await scene.advance(60_000);
    expect(scene.sent).toHaveLength(1);
  });

  it("never throw, whatever the recorder does", async () => {
    const scene = new Scene();
    Object.assign(scene.recorder, {
      take: () => {
        throw new Error("bug");
      },
    });
    await scene.advance(3_000);
    await scene.reporter.close();
    expect(scene.sent).toHaveLength(0);
  });
});
