import { FinishedSpans, SignalRecorder } from "@headway/core/signals";
import type { Attempt, FinishedSpanView } from "@headway/core/signals";
import { expect, it } from "vitest";
import { EventQueue } from "../simulation/event-queue.ts";
import { attemptOf } from "./fixtures/attempts.ts";
import { SpanExporter } from "./span-exporter.ts";
import { VirtualClock } from "./virtual-clock.ts";

const IDENTITIES = [{ when: { "server.address": "model:llm" }, dependency: "model:llm" }];

it("sends what has ended in batches, from which the same attempts are derived", () => {
  const events = new EventQueue();
  // The sender's clock is an hour ahead; only how long things took is believed.
  const clock = new VirtualClock(events, 3_600_000);
  const attempts: Attempt[] = [];
  const recorder = new SignalRecorder({
    instance: "otlp",
    identities: IDENTITIES,
    onAttempt: (attempt) => attempts.push(attempt),
  });
  const finished = new FinishedSpans({ recorder, settleMs: 1_500 });
  const batches: number[] = [];
  const resends: unknown[] = [];
  const exporter = new SpanExporter({
    instance: "p0",
    clock,
    batchMs: 5_000,
    send: (spans: readonly FinishedSpanView[]) => {
      batches.push(spans.length);
      for (const span of spans) {
        resends.push(span.attributes["http.request.resend_count"]);
        finished.add(span, events.nowMs);
      }
    },
  });
  exporter.start(2_000);
  const call = { dependency: "model:llm", agent: "kyc/1", workflow: 4 };
  const first = attemptOf({ ...call, id: 7 });
  const second = attemptOf({ ...call, id: 8, number: 2 });
  events.at(2_600, () => {
    const nowMs = clock.now();
    exporter.ended(first, { outcome: "timeout", latencyMs: 400 }, nowMs - 400, nowMs);
  });
  events.at(3_500, () => {
    const nowMs = clock.now();
    exporter.ended(second, { outcome: "ok", latencyMs: 300 }, nowMs - 300, nowMs);
  });
  events.runUntil(20_000);
  finished.settle(events.nowMs);
  expect(batches).toEqual([2]);
  expect(resends).toEqual([undefined, 1]);
  expect(attempts).toMatchObject([
    {
      dependency: "model:llm",
      agent: "kyc/1",
      outcome: "timeout",
      durationMs: 400,
      isRetry: false,
    },
    { dependency: "model:llm", agent: "kyc/1", outcome: "ok", durationMs: 300, isRetry: true },
  ]);
});
