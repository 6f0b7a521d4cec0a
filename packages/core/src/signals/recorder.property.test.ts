import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Fixture, FixtureSpan } from "./fixtures/fixture.ts";
import { countsOf, playFinished, playLive, totalsOf } from "./fixtures/play.ts";

/** A call as an agent makes it: some failed tries and perhaps a good one, seen through so many layers. */
interface MadeCall {
  readonly dependency: 0 | 1 | 2;
  readonly failedTries: number;
  readonly succeeds: boolean;
  /** `siblings`: each try is a span of the call's kind; `below`: one span, its tries are requests below it. */
  readonly shape: "siblings" | "below";
  readonly layers: 1 | 2 | 3;
  readonly agent: 0 | 1;
}

const madeCall: fc.Arbitrary<MadeCall> = fc.record({
  dependency: fc.constantFrom(0, 1, 2),
  failedTries: fc.integer({ min: 0, max: 4 }),
  succeeds: fc.boolean(),
  shape: fc.constantFrom("siblings", "below"),
  layers: fc.constantFrom(1, 2, 3),
  agent: fc.constantFrom(0, 1),
});

const DEPENDENCIES = [
  {
    key: "tool:search",
    attributes: { "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "search" },
  },
  {
    key: "model:openai/gpt-5",
    attributes: {
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "openai",
      "gen_ai.request.model": "gpt-5",
    },
  },
  {
    key: "mcp:mcp.example",
    attributes: { "mcp.method.name": "prompts/get", "server.address": "mcp.example" },
  },
] as const;

const TRY_MS = 100;

function triesOf({ failedTries, succeeds }: MadeCall): number {
  return succeeds || failedTries === 0 ? failedTries + 1 : failedTries;
}

/** The spans of one call below a step of its own; each call begins where the one before began, plus an offset. */
function spansOf(call: MadeCall, number: number, startMs: number): FixtureSpan[] {
  const { attributes } = DEPENDENCIES[call.dependency];
  const tries = triesOf(call);
  const end = startMs + tries * 2 * TRY_MS;
  const step: FixtureSpan = {
    id: `${number}`,
    parent: `agent${call.agent}`,
    scope: "gen_ai",
    name: "step",
    start: startMs,
    end: end + 50,
    attributes: { "gen_ai.operation.name": "agent_step" },
  };
  const spans = [step];
  const layered = (
    id: string,
    parent: string,
    start: number,
    until: number,
    failed: boolean,
  ): string => {
    let above = parent;
    for (let layer = 0; layer < call.layers; layer += 1) {
      const own = `${id}.${layer}`;
      spans.push({
        id: own,
        parent: above,
        scope: "gen_ai",
        kind: "client",
        name: "call",
        start: start + layer,
        end: until - layer,
        attributes,
        failed,
      });
      above = own;
    }
    return above;
  };
  const isFailed = (index: number): boolean => index < call.failedTries;
  const callId =
    call.shape === "below"
      ? layered(
          `${number}.c`,
          `${number}`,
          startMs + 1,
          end,
          !call.succeeds && call.failedTries > 0,
        )
      : "";
  for (let index = 0; index < tries; index += 1) {
    const start = startMs + 10 + index * 2 * TRY_MS;
    const failed = isFailed(index);
    if (call.shape === "siblings") {
      layered(`${number}.t${index}`, `${number}`, start, start + TRY_MS, failed);
    } else {
      const late = { "http.response.status_code": failed ? 503 : 200 };
      spans.push({
        id: `${number}.h${index}`,
        parent: callId,
        scope: "undici",
        kind: "client",
        name: "POST",
        start,
        end: start + TRY_MS,
        attributes: { "http.request.method": "POST", "server.address": "any.example" },
        late,
        failed,
      });
    }
  }
  return spans;
}

function fixtureOf(calls: readonly MadeCall[], spacing: number): Fixture {
  const agents = [0, 1].map((agent): FixtureSpan => ({
    id: `agent${agent}`,
    scope: "gen_ai",
    name: "invoke_agent",
    start: 0,
    end: 30_000,
    attributes: { "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": `agent${agent}` },
  }));
  return {
    name: "made",
    oddity: "",
    spans: [
      ...agents,
      ...calls.flatMap((call, number) => spansOf(call, number, 1 + number * spacing)),
    ],
    expected: recount(calls),
  };
}

/** The naive recount: from what the agent did, not from its spans. */
function recount(calls: readonly MadeCall[]): Fixture["expected"] {
  const totals: Record<string, { calls: number; attempts: number; retries: number }> = {};
  for (const call of calls) {
    const total = (totals[DEPENDENCIES[call.dependency].key] ??= {
      calls: 0,
      attempts: 0,
      retries: 0,
    });
    total.calls += 1;
    total.attempts += triesOf(call);
    total.retries += triesOf(call) - 1;
  }
  return totals;
}

const scenario = fc.tuple(
  fc.array(madeCall, { minLength: 1, maxLength: 12 }),
  fc.constantFrom(7, 333, 1500),
);

describe("the recorder's counts", () => {
  it("are those of a naive recount, whatever the layers, retries and overlaps", () => {
    fc.assert(
      fc.property(scenario, ([calls, spacing]) => {
        const fixture = fixtureOf(calls, spacing);
        expect(totalsOf(playLive(fixture))).toEqual(fixture.expected);
      }),
      { numRuns: 200 },
    );
  });

  it("are the same of finished spans, in any order", () => {
    const shuffled = scenario.chain(([calls, spacing]) => {
      const fixture = fixtureOf(calls, spacing);
      const indexes = fixture.spans.map((_, index) => index);
      return fc.tuple(
        fc.constant(fixture),
        fc.shuffledSubarray(indexes, { minLength: indexes.length }),
      );
    });
    fc.assert(
      fc.property(shuffled, ([fixture, order]) => {
        const report = playFinished(fixture, order);
        expect(totalsOf(report)).toEqual(fixture.expected);
        expect(countsOf(report, "headway.agent.retries")).toEqual(
          countsOf(playLive(fixture), "headway.agent.retries"),
        );
      }),
      { numRuns: 100 },
    );
  });

  it("tell each agent's part", () => {
    fc.assert(
      fc.property(scenario, ([calls, spacing]) => {
        const expected: Record<string, number> = {};
        for (const call of calls) {
          const key = `${DEPENDENCIES[call.dependency].key}|agent${call.agent}`;
          if (triesOf(call) > 1) expected[key] = (expected[key] ?? 0) + triesOf(call) - 1;
        }
        expect(countsOf(playLive(fixtureOf(calls, spacing)), "headway.agent.retries")).toEqual(
          expected,
        );
      }),
    );
  });

  it("leave nothing open and drop nothing", () => {
    fc.assert(
      fc.property(scenario, ([calls, spacing]) => {
        const report = playLive(fixtureOf(calls, spacing));
        expect(report.points.filter(({ signal }) => signal === "headway.attempt.active")).toEqual(
          [],
        );
        expect(report.points.filter(({ signal }) => signal === "headway.span.dropped")).toEqual([]);
      }),
    );
  });
});
