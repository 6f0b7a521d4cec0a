import { SPAN_KIND } from "@headway/core/signals";
import type { FinishedSpanView } from "@headway/core/signals";
import { expect, it } from "vitest";
import { measurementOf } from "./measurement-of.ts";
import { Measuring } from "./measuring.ts";
import { NO_PRICES } from "./prices.ts";

const START_MS = Date.UTC(2026, 5, 1);

function spanOf(
  id: number,
  parent: number | undefined,
  more: Partial<FinishedSpanView>,
): FinishedSpanView {
  return {
    traceId: "1".repeat(32),
    spanId: String(id).padStart(16, "0"),
    parentSpanId: parent === undefined ? undefined : String(parent).padStart(16, "0"),
    kind: SPAN_KIND.internal,
    name: "",
    scope: "",
    attributes: {},
    resource: { "service.name": "agents" },
    failed: false,
    exceptionType: undefined,
    startMs: START_MS,
    durationMs: 0,
    ...more,
  };
}

it("tells of an agent that does the same again and again, and what it cost", () => {
  const measuring = new Measuring({ prices: NO_PRICES });
  const agent = spanOf(1, undefined, {
    durationMs: 60_000,
    attributes: { "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "stuck" },
  });
  const searches = Array.from({ length: 20 }, (_, index) =>
    spanOf(index + 2, 1, {
      startMs: START_MS + 1_000 + index * 2_000,
      durationMs: 500,
      attributes: { "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "search" },
    }),
  );
  measuring.add([agent, ...searches]);
  measuring.finish();
  const { loops, findings } = measurementOf(measuring, []);
  expect(loops).toMatchObject([
    { agent: "stuck", dependency: "tool:search", outcome: "ok", cycles: 20, times: 1 },
  ]);
  // Nineteen repetitions of half a second.
  expect(loops[0]?.cost.agentSeconds).toBeCloseTo(9.5, 3);
  expect(findings.map(({ kind }) => kind)).toContain("loop");
});

it("gives a retry its own time and the pause before it, and no second to two causes", () => {
  const get = (id: number, fromMs: number, toMs: number, status: number): FinishedSpanView =>
    spanOf(id, 1, {
      kind: SPAN_KIND.client,
      startMs: START_MS + fromMs,
      durationMs: toMs - fromMs,
      failed: status >= 400,
      attributes: {
        "http.request.method": "GET",
        "server.address": "idp.example",
        "http.response.status_code": status,
      },
    });
  const measuring = new Measuring({ prices: NO_PRICES });
  const agent = spanOf(1, undefined, {
    durationMs: 2_000,
    attributes: { "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "a" },
  });
  measuring.add([agent, get(2, 100, 1_100, 503), get(3, 1_600, 1_700, 200)]);
  measuring.finish();
  const { series, cost } = measurementOf(measuring, []);
  expect(series.bars.map(({ kind, agentSeconds }) => [kind, agentSeconds])).toEqual([
    ["failed_attempts", 1],
    ["lone_retries", 0.6],
    ["useful", 0.4],
  ]);
  expect(cost.total.agentSeconds).toBe(2);
});
