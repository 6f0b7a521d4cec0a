import { decodeTraces } from "@headway/core/signals";
import type { FinishedSpanView } from "@headway/core/signals";
import Schema from "typebox/schema";
import { describe, expect, it } from "vitest";
import { recordedFleet } from "./fixtures/recorded-fleet.ts";
import { recount } from "./fixtures/recount.ts";
import type { Measurement } from "./measurement.ts";
import { MeasurementSchema } from "./measurement.ts";
import { measurementOf } from "./measurement-of.ts";
import { Measuring } from "./measuring.ts";
import type { MeasuringOptions } from "./measuring.ts";
import { NO_PRICES, parsePrices } from "./prices.ts";

const fleet = recordedFleet();
const counted = recount(fleet.lines);
const LOOKUP = "http:idp.example";
const MODEL = "model:openai/gpt-5";

function spansOf(lines: readonly string[]): readonly FinishedSpanView[] {
  return lines.flatMap((line) => {
    const decoded = decodeTraces(new TextEncoder().encode(line), "json");
    if (!decoded.ok) throw new Error(decoded.message);
    return decoded.spans;
  });
}

function measured(
  spans: readonly FinishedSpanView[],
  options: Partial<MeasuringOptions> = {},
): Measurement {
  const measuring = new Measuring({ prices: NO_PRICES, ...options });
  measuring.add(spans);
  measuring.finish();
  return measurementOf(measuring, []);
}

const spans = spansOf(fleet.lines);
const measurement = measured(spans);
const lookup = measurement.dependencies.find(({ dependency }) => dependency === LOOKUP)!;
const model = measurement.dependencies.find(({ dependency }) => dependency === MODEL)!;

describe("a recorded fleet, against what truly happened", () => {
  const { truth } = fleet;

  it("has its runs, calls, attempts, retries and failures", () => {
    expect(measurement.totals).toMatchObject({
      runs: truth.runs,
      calls: truth.calls,
      attempts: truth.attempts,
      retries: truth.retries,
      failed: truth.failed,
    });
  });

  it("tells the retries of the storm from those by themselves", () => {
    const retriesOutside = truth.retries - truth.retriesInStorm;
    expect(lookup.retries.correlated).toBeGreaterThanOrEqual(truth.retriesInStorm);
    // The pause reaches beyond the end of the sickness, so a few that come after it are of it.
    expect(lookup.retries.lone).toBeGreaterThan(retriesOutside * 0.8);
    expect(measurement.bursts).toHaveLength(1);
  });

  it("has the tokens", () => {
    expect(measurement.cost.total).toMatchObject({
      tokensIn: truth.tokensIn,
      tokensOut: truth.tokensOut,
    });
  });

  it("finds the work that went on for nobody, to the millisecond", () => {
    expect(measurement.cuts).toMatchObject([
      { dependency: LOOKUP, attempts: truth.cut, serverSeconds: truth.cutMs / 1_000 },
    ]);
  });

  it("sees the drift while it lasts, and none before", () => {
    const sickMs = Date.UTC(2026, 5, 1, 10, 1, 0);
    expect(measurement.drifts.map(({ kind }) => kind).toSorted()).toEqual(["degraded", "failing"]);
    for (const { dependency, fromMs, firedMs } of measurement.drifts) {
      expect(dependency).toBe(LOOKUP);
      expect(fromMs).toBeGreaterThanOrEqual(sickMs);
      expect(firedMs).toBeLessThan(sickMs + 10_000);
    }
  });

  it("lays the slow runs in drift at the provider's door", () => {
    const [workflow] = measurement.workflows;
    expect(workflow?.tail.inDrift?.parts[0]?.dependency).toBe(LOOKUP);
    const shares = workflow?.tail.inDrift?.parts.map(({ share }) => share) ?? [];
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 3);
  });
});

describe("a recorded fleet, against a naive recount of its file", () => {
  it("has the same durations", () => {
    for (const [row, durations] of [
      [lookup, counted.lookups],
      [model, counted.chats],
    ] as const) {
      expect(row.latency?.count).toBe(durations.length);
      expect(row.latency?.meanMs).toBeCloseTo(
        durations.reduce((sum, ms) => sum + ms, 0) / durations.length,
        2,
      );
      expect(row.latency?.maxMs).toBeCloseTo(Math.max(...durations), 3);
      const sorted = durations.toSorted((a, b) => a - b);
      for (const [q, value] of [
        [0.5, row.latency?.p50Ms],
        [0.95, row.latency?.p95Ms],
        [0.99, row.latency?.p99Ms],
      ] as const) {
        const truth = sorted[Math.ceil(q * sorted.length) - 1]!;
        expect(Math.abs(value! - truth) / truth).toBeLessThan(0.011);
      }
    }
  });

  it("has the same fan-out", () => {
    const root = measurement.series.tree[0]!;
    const below = measurement.series.tree.filter(({ parent }) => parent === root.id);
    expect(root).toMatchObject({ name: "screening", attempts: counted.runs });
    expect(
      below.map(({ name, calls, attempts, perRun }) => [name, calls, attempts, perRun]),
    ).toEqual(
      expect.arrayContaining([
        [MODEL, counted.chats.length, counted.chats.length, 2],
        [
          LOOKUP,
          counted.lookupCalls,
          counted.lookupAttempts,
          Math.round((counted.lookupAttempts / counted.runs) * 1_000) / 1_000,
        ],
      ]),
    );
    const hops = measurement.hops.filter(({ to }) => to === LOOKUP);
    expect(hops.every(({ widthMean, widthMax }) => widthMean === 3 && widthMax === 3)).toBe(true);
    expect(hops.reduce((sum, { attempts }) => sum + attempts, 0)).toBe(counted.lookupAttempts);
  });

  it("has the same agents, each with the same retries", () => {
    expect(measurement.agents).toHaveLength(counted.retriesByAgent.size);
    for (const { agent, retries } of measurement.agents)
      expect([agent, retries.all]).toEqual([agent, counted.retriesByAgent.get(agent)]);
  });

  it("spends the agents' time once: parts add up to the runs' own durations", () => {
    const { total } = measurement.cost;
    expect(total.agentSeconds).toBeCloseTo(counted.runMs / 1_000, 2);
    const bars = measurement.series.bars.reduce((sum, { agentSeconds }) => sum + agentSeconds, 0);
    expect(bars).toBeCloseTo(total.agentSeconds, 1);
    const byAgent = measurement.agents.reduce((sum, { cost }) => sum + cost.agentSeconds, 0);
    expect(byAgent).toBeLessThanOrEqual(total.agentSeconds + 0.1);
  });
});

describe("a measurement", () => {
  it("is the same whatever the order of the spans, and byte for byte the same again", () => {
    const text = JSON.stringify(measurement);
    expect(JSON.stringify(measured(spans))).toBe(text);
    const { totals, bursts, cuts } = measured(spans.toReversed());
    expect({ totals, cuts }).toEqual({ totals: measurement.totals, cuts: measurement.cuts });
    expect(bursts.map(({ retries }) => retries)).toEqual(
      measurement.bursts.map(({ retries }) => retries),
    );
  });

  it("is nearly the same where only a few traces are held at a time", () => {
    const { totals, bursts } = measured(spans, {
      limits: { spansMax: 4_000, releaseMin: 500, spansPerTraceMax: 1_000 },
    });
    expect(totals).toMatchObject({ ...measurement.totals, correlatedRetries: expect.any(Number) });
    expect(bursts).toHaveLength(1);
  });

  it("follows its own schema", () => {
    expect([...Schema.Errors(MeasurementSchema, measurement)[1]]).toEqual([]);
    expect([...Schema.Errors(MeasurementSchema, measured([]))[1]]).toEqual([]);
  });

  it("holds no word of what was said", () => {
    expect(JSON.stringify(measurement)).not.toContain("secret");
  });

  it("has a burst in a storm and none where retries come by themselves", () => {
    const calm = recordedFleet({ sick: [0, 0] });
    const { bursts, drifts, totals } = measured(spansOf(calm.lines));
    expect(totals.retries).toBe(calm.truth.retries);
    expect(totals.retries).toBeGreaterThan(20);
    expect([bursts, drifts]).toEqual([[], []]);
  });

  it("is priced by what the file prices, and says what it does not", () => {
    const prices = parsePrices(
      'currency: EUR\ndependencies:\n  "model:*": { per1kTokensIn: 2, per1kTokensOut: 8 }\n  "http:idp.*": { perAttempt: 0.5 }\n',
      "prices.yaml",
    );
    const { cost, dependencies } = measured(spans, { prices });
    const { truth } = fleet;
    const models = (truth.tokensIn * 2 + truth.tokensOut * 8) / 1_000;
    expect(cost.total.money.certainty).toBe("confirmed");
    expect(cost.total.money.amount).toBeCloseTo(models + counted.lookupAttempts * 0.5, 2);
    expect(
      dependencies.find(({ dependency }) => dependency === MODEL)?.cost.money.amount,
    ).toBeCloseTo(models, 2);
    expect(measurement.cost.total.money).toEqual({ amount: null, certainty: "unpriced" });
  });
});

describe("plain traces, which name services and parents only", () => {
  it("are told from spans whose parent is of another service", () => {
    const service = (name: string) => ({
      attributes: [{ key: "service.name", value: { stringValue: name } }],
    });
    const span = (spanId: string, parentSpanId: string, fromMs: number, toMs: number) => ({
      traceId: "1".repeat(32),
      spanId,
      parentSpanId,
      name: "any",
      startTimeUnixNano: `${1_780_000_000_000 + fromMs}000000`,
      endTimeUnixNano: `${1_780_000_000_000 + toMs}000000`,
    });
    const line = JSON.stringify({
      resourceSpans: [
        { resource: service("front"), scopeSpans: [{ spans: [span("a".repeat(16), "", 0, 100)] }] },
        {
          resource: service("back"),
          scopeSpans: [
            { spans: [span("b".repeat(16), "a".repeat(16), 10, 40)] },
            { spans: [span("c".repeat(16), "b".repeat(16), 15, 20)] },
          ],
        },
      ],
    });
    const { totals, dependencies, coverage } = measured(spansOf([line]));
    expect(totals).toMatchObject({ runs: 1, calls: 1, attempts: 1 });
    expect(dependencies).toMatchObject([{ dependency: "rpc:back", latency: { maxMs: 30 } }]);
    expect(coverage.notes[0]).toContain("1 calls were concluded");
  });
});
