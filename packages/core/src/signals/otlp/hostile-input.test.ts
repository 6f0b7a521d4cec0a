import { performance } from "node:perf_hooks";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeReports } from "./decode-reports.ts";
import { decodeTraces } from "./decode-traces.ts";
import { encodeReport } from "./encode-report.ts";
import { anyReport, reportAsJson } from "./fixtures/reports.ts";
import { GOOD_SPAN, toJson, toProtobuf, utf8, type WireBatch } from "./fixtures/wire.ts";

const BATCH: WireBatch = {
  resource: [["service.name", "kyc"]],
  scope: "gen_ai",
  spans: [
    {
      ...GOOD_SPAN,
      attributes: [
        ["gen_ai.request.model", "gpt-5é"],
        ["server.port", 443],
        ["gen_ai.input.messages", "x".repeat(300)],
      ],
    },
    {
      ...GOOD_SPAN,
      events: [{ name: "exception", attributes: [["exception.type", "E"]] }],
      status: { code: 2, message: "m" },
    },
  ],
};

const [REPORT] = fc.sample(
  anyReport.filter(({ points }) => points.length > 6),
  { numRuns: 1, seed: 7 },
);
const END_MS = 1_795_331_730_123;

const SEEDS = [
  { encoding: "protobuf", body: toProtobuf(BATCH) },
  { encoding: "json", body: toJson(BATCH) },
  { encoding: "protobuf", body: encodeReport(REPORT!, END_MS) },
  { encoding: "json", body: utf8(reportAsJson(REPORT!, END_MS)) },
] as const;

/** Both decoders on the same bytes in both formats; whether what they kept makes sense. */
function decodeEverything(body: Uint8Array): boolean {
  for (const encoding of ["protobuf", "json"] as const) {
    const traces = decodeTraces(body, encoding);
    const reports = decodeReports(body, encoding);
    if (traces.ok && !traces.spans.every(({ durationMs }) => durationMs >= 0)) return false;
    if (reports.ok && !reports.reports.every(({ windowMs }) => windowMs >= 0)) return false;
  }
  return true;
}

interface Damage {
  readonly at: number;
  readonly kind: "cut" | "flip" | "drop" | "repeat" | "overwrite";
  readonly amount: number;
}

const damage: fc.Arbitrary<Damage> = fc.record({
  at: fc.nat(),
  kind: fc.constantFrom("cut", "flip", "drop", "repeat", "overwrite"),
  amount: fc.nat(255),
});

function damaged(body: Uint8Array, { at, kind, amount }: Damage): Uint8Array {
  const index = body.length === 0 ? 0 : at % body.length;
  if (kind === "cut") return body.slice(0, index);
  if (kind === "flip")
    return body.map((byte, i) => (i === index ? byte ^ (1 << (amount & 7)) : byte));
  if (kind === "overwrite") return body.map((byte, i) => (i === index ? amount : byte));
  const [before, after] = kind === "drop" ? [index, index + amount] : [index + amount, index];
  return Uint8Array.from([...body.slice(0, before), ...body.slice(after)]);
}

describe("a hostile body", () => {
  it("never makes the decoders throw when it is a good one that was damaged", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...SEEDS),
        fc.array(damage, { minLength: 1, maxLength: 4 }),
        ({ body }, damages) => {
          expect(decodeEverything(damages.reduce(damaged, body))).toBe(true);
        },
      ),
      { numRuns: 10_000 },
    );
  });

  it("never makes the decoders throw when it is any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (body) => {
        expect(decodeEverything(body)).toBe(true);
      }),
      { numRuns: 5000 },
    );
  });

  it("is refused when it is cut anywhere, in JSON", () => {
    for (const { encoding, body } of SEEDS) {
      if (encoding !== "json") continue;
      for (let end = 0; end < body.length; end += 1) {
        expect(decodeTraces(body.subarray(0, end), "json").ok).toBe(false);
        expect(decodeReports(body.subarray(0, end), "json").ok).toBe(false);
      }
    }
  });

  it("is read in a time that grows with its length only", () => {
    const size = 2 ** 20;
    const bodies = [
      utf8("[".repeat(size)),
      utf8(`{"resourceSpans":${"[".repeat(size)}`),
      utf8(`{"resourceSpans":[${"{},".repeat(size / 3)}{}]}`),
      utf8(`"${"\\u0041".repeat(size / 6)}"`),
      new Uint8Array(size).fill(0xff),
      new Uint8Array(size).fill(11),
      Uint8Array.from({ length: size }, (_, i) => (i % 2 === 0 ? 10 : 0)),
    ];
    const start = performance.now();
    expect(bodies.every(decodeEverything)).toBe(true);
    // 28 MiB in all. What is quadratic in any of them takes hours; this bound is loose for a busy machine.
    expect(performance.now() - start).toBeLessThan(20_000);
  });

  it("takes a resource, a scope or a span of the wrong JSON type as no document, and null as nothing", () => {
    for (const value of ['"x"', "1", "true"]) {
      for (const text of [
        `{"resourceSpans":${value}}`,
        `{"resourceSpans":[${value}]}`,
        `{"resourceSpans":[{"resource":${value}}]}`,
        `{"resourceSpans":[{"scopeSpans":[{"spans":[${value}]}]}]}`,
      ]) {
        expect(decodeTraces(utf8(text), "json").ok).toBe(false);
        expect(decodeTraces(utf8(text.replace(value, "null")), "json").ok).toBe(true);
      }
    }
  });
});
