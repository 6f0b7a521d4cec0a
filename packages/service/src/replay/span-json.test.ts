import { decodeTraces } from "@headway/core/signals";
import type { FinishedSpanView } from "@headway/core/signals";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { driftSpans } from "./fixtures/drift.ts";
import { spansToJson } from "./span-json.ts";

function again(spans: readonly FinishedSpanView[]): readonly FinishedSpanView[] {
  const text = JSON.stringify({ resourceSpans: spansToJson(spans) });
  const decoded = decodeTraces(Buffer.from(text), "json");
  if (!decoded.ok) throw new Error(decoded.message);
  expect(decoded.rejected).toBe(0);
  return decoded.spans;
}

const plain = (spans: readonly FinishedSpanView[]): unknown[] =>
  spans.map(({ attributes, resource, ...span }) => ({
    ...span,
    attributes: { ...attributes },
    resource: { ...resource },
  }));

describe("spans as a recording keeps them", () => {
  it("decode to what was given", () => {
    const spans = driftSpans({ healthyMs: 2_000, driftMs: 2_000, failingShare: 0.2 });
    expect(spans.length).toBeGreaterThan(300);
    const byResource = spans
      .filter(({ resource }) => resource["service.name"] === "worker-1")
      .map((span) => ({ ...span, name: "" }));
    expect(plain(again(byResource))).toEqual(plain(byResource));
  });

  it("have names only where derivation reads them", () => {
    const [span] = driftSpans();
    const named = [
      { ...span!, name: "GET /customers/42" },
      { ...span!, name: "RunActivity:charge", scope: "@temporalio/interceptors-opentelemetry" },
      { ...span!, name: "attempt pay", attributes: { "restate.invocation.id": "inv_1" } },
    ];
    expect(again(named).map(({ name }) => name)).toEqual(["", "RunActivity:charge", "attempt pay"]);
  });

  it("keep any time to the nanosecond, and every kind of value", () => {
    const [span] = driftSpans();
    // Nothing on the wire tells -0 from 0.
    const double = fc
      .double({ noNaN: true, noDefaultInfinity: true })
      .filter((value) => !Object.is(value, -0));
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n, max: 4_000_000_000_000_000_000n }),
        fc.integer({ min: 0, max: 2 ** 40 }),
        fc.oneof(fc.string(), fc.integer(), fc.boolean(), double),
        fc.integer({ min: 0, max: 4 }),
        fc.boolean(),
        (startNs, durationNs, value, kind, failed) => {
          const attributes = { "tool.name": value };
          const document = {
            resourceSpans: [
              {
                scopeSpans: [
                  {
                    scope: { name: "s" },
                    spans: [
                      {
                        traceId: span!.traceId,
                        spanId: span!.spanId,
                        kind: kind + 1,
                        name: "n",
                        startTimeUnixNano: String(startNs),
                        endTimeUnixNano: String(startNs + BigInt(durationNs)),
                        ...(failed && { status: { code: 2 }, events: [{ name: "exception" }] }),
                      },
                    ],
                  },
                ],
              },
            ],
          };
          const first = decodeTraces(Buffer.from(JSON.stringify(document)), "json");
          if (!first.ok) throw new Error(first.message);
          const given = first.spans.map((one) => ({ ...one, attributes }));
          const [got] = again(given);
          expect(got?.startMs).toBe(given[0]!.startMs);
          // A nanosecond is a millionth of a millisecond; what is below it is the noise of doubles.
          expect(got?.durationMs).toBeCloseTo(given[0]!.durationMs, 7);
          expect(got?.kind).toBe(kind);
          expect(got?.failed).toBe(failed);
          expect(got?.exceptionType).toBe(failed ? "_OTHER" : undefined);
          expect(got?.attributes["tool.name"]).toEqual(
            typeof value === "string" ? given[0]!.attributes["tool.name"] : value,
          );
        },
      ),
      { numRuns: 300 },
    );
  });

  it("hold nothing of what the allow-list does not name", () => {
    const [span] = driftSpans();
    const secret = "the prompt nobody may see";
    const attributes = { ...span!.attributes, "gen_ai.input.messages": secret, "tool.name": "x" };
    const resource = { "host.name": secret, "service.name": "a" };
    const text = JSON.stringify(spansToJson([{ ...span!, attributes, resource }]));
    expect(text).not.toContain(secret);
    expect(text).toContain('"tool.name"');
  });
});
