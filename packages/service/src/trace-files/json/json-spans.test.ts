import { decodeTraces, type FinishedSpanView } from "@headway/core/signals";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeText, piecesOf, plain } from "../fixtures/decode.ts";
import { jaegerAnswer, otlpRequest, SPANS, zipkinSpans } from "../fixtures/one-trace.ts";
import { SpanSink } from "../span-sink.ts";
import { JsonSpans } from "./json-spans.ts";

const LINE = JSON.stringify(otlpRequest());
const lined = (...lines: readonly string[]): string => `${lines.join("\n")}\n`;

function read(text: string, unitBytesMax: number, cuts: readonly number[] = []) {
  const sink = new SpanSink();
  const spans = new JsonSpans({ sink, unitBytesMax });
  for (const piece of piecesOf(Buffer.from(text), cuts)) spans.push(piece);
  spans.end();
  return { spans: sink.take(), rejected: sink.rejected() };
}

describe("what is broken in JSON", () => {
  it.each([
    ["words", "hello"],
    ["a comment", "# {}"],
    ["NUL bytes", "\0\0\0"],
    ["a number", "17"],
    ["bytes that are no text", "\u0001\u0002\u0003"],
    ["a bracket too many", "}]"],
    ["an unterminated string", '{"resourceSpans":[{"x":"abc'],
    ["an end inside a list", '{"resourceSpans":['],
    ["an end inside a resource", '{"resourceSpans":[{"resource":{"attributes":[{"key":"a",'],
    ["a document of its own kind", '{"a":{"resourceSpans":[]}}'],
    ["no value", '{"resourceSpans":[{"resource":,}]}'],
    ["a NUL in a document", '{"resourceSpans":[\0]}'],
    ["a string in place of the list", '{"resourceSpans":"x"}'],
  ])("costs its line and no other: %s", (_, rubbish) => {
    const { spans, rejected } = decodeText(lined(LINE, rubbish, LINE));
    expect(spans).toHaveLength(2 * SPANS.length);
    expect(rejected.map(({ reason, count, lines }) => [reason, count, lines])).toEqual([
      ["not-a-trace", 1, [2]],
    ]);
  });

  it("keeps the spans of a line that come before the break", () => {
    const at = LINE.lastIndexOf("spanId");
    const { spans, rejected } = decodeText(lined(LINE.slice(0, at), LINE));
    expect(spans).toHaveLength(2 + 3);
    expect(rejected).toMatchObject([{ reason: "not-a-trace", count: 1, lines: [1] }]);
  });

  it("counts a line of metrics or logs as what it is", () => {
    const { spans, rejected } = decodeText(
      lined('{"resourceMetrics":[{}]}', LINE, '{"resourceLogs":[]}'),
    );
    expect(spans).toHaveLength(3);
    expect(rejected).toMatchObject([{ reason: "other-signal", count: 2, lines: [1, 3] }]);
  });

  it("tells the first lines only, and the count of all", () => {
    const { rejected } = decodeText(lined(LINE, ...Array.from({ length: 40 }, () => "x")));
    expect(rejected).toMatchObject([{ count: 40, lines: [2, 3, 4, 5, 6] }]);
  });

  it("says that the input was cut short, once", () => {
    for (const text of [
      LINE,
      JSON.stringify(otlpRequest(), null, 1),
      JSON.stringify(jaegerAnswer()),
    ]) {
      const { spans, rejected } = decodeText(text.slice(0, -3));
      expect(spans).toHaveLength(3);
      expect(rejected).toMatchObject([{ reason: "cut-short", count: 1 }]);
    }
  });

  it("costs a span of wrong types only that span", () => {
    const [first, second, third] = JSON.parse(JSON.stringify(zipkinSpans()));
    const odd = [first, { ...second, tags: [1] }, third, "x", 7, null];
    const { spans, rejected } = decodeText(JSON.stringify(odd));
    expect(spans).toHaveLength(2);
    expect(rejected.map(({ reason, count }) => [reason, count])).toEqual([
      ["broken-span", 1],
      ["not-a-trace", 3],
    ]);
  });

  it("takes nothing within a broken document on many lines for one of its own", () => {
    const spans = JSON.stringify(otlpRequest(), null, 2).split("\n");
    const broken = spans.findIndex((line) => line.includes(SPANS[1].spanId));
    const text = lined(...spans.toSpliced(broken, 0, "]]"), JSON.stringify(jaegerAnswer()));
    const { spans: kept, rejected } = decodeText(text);
    expect(kept).toHaveLength(1 + 3);
    expect(rejected.map(({ reason, count }) => [reason, count])).toEqual([
      ["broken-span", 1],
      ["not-a-trace", 1],
    ]);
  });

  it("recovers within an array that has a span a line", () => {
    const [first, second, third] = zipkinSpans().map((span) => JSON.stringify(span));
    const { spans, rejected } = decodeText(`[\n${first},\n${second!.slice(0, 60)}\n${third}\n]\n`);
    expect(spans.map(({ spanId }) => spanId)).toEqual([SPANS[0].spanId, SPANS[2].spanId]);
    expect(rejected).toMatchObject([{ reason: "not-a-trace", count: 1, lines: [3] }]);
  });

  it.each([
    ["no traceId", { traceId: undefined }],
    ["a traceId that is too short", { traceId: "5b8e" }],
    ["a traceId of zeros", { traceId: "0".repeat(32) }],
    ["a spanId of other letters", { spanId: "z".repeat(16) }],
    ["a broken parent", { parentSpanId: "123" }],
    ["no end", { endTimeUnixNano: undefined }],
    ["an end before its start", { endTimeUnixNano: "1" }],
    ["a time that is none", { startTimeUnixNano: "x795331730123000000" }],
    ["a time beyond all numbers", { endTimeUnixNano: "9".repeat(400) }],
    ["an object as its id", { spanId: {} }],
  ])("takes a span for none that has %s", (_, broken) => {
    const request = JSON.parse(LINE);
    const { spans } = request.resourceSpans[0].scopeSpans[0];
    spans[1] = { ...spans[1], ...broken };
    const { spans: kept, rejected } = decodeText(lined("", JSON.stringify(request)));
    expect(kept).toHaveLength(2);
    expect(rejected).toMatchObject([{ reason: "broken-span", count: 1, lines: [2] }]);
  });

  it("steps over what is nested without end, and takes time for its length only", () => {
    const deep = 2 ** 20;
    const nested = `${'{"a":['.repeat(deep)}${"]}".repeat(deep)}`;
    const { spans } = decodeText(lined(`{"x":${nested},${LINE.slice(1)}`, LINE));
    expect(spans).toHaveLength(6);
    expect(decodeText(lined("[".repeat(deep), LINE)).spans).toHaveLength(3);
  });
});

it("gives out each span soon after its last byte came", () => {
  const sink = new SpanSink();
  const spans = new JsonSpans({ sink });
  const bytes = Buffer.from(lined(...Array.from({ length: 50 }, () => LINE)));
  let most = 0;
  for (let at = 0, given = 0; at < bytes.length; at += 100) {
    spans.push(bytes.subarray(at, at + 100));
    given += sink.take().length;
    most = Math.max(most, at - (given * bytes.length) / 150);
  }
  // As far behind as the longest unit is long, and what it takes to double that.
  expect(most).toBeLessThan(2 * LINE.length);
});

describe("what is large", () => {
  const content = "x".repeat(5000);

  it("is stepped over in any number of pieces where it is a span, and counted", () => {
    const request = JSON.parse(LINE);
    const { spans } = request.resourceSpans[0].scopeSpans[0];
    spans[1].attributes.push({ key: "a", value: { stringValue: `[{"${content}\\` } });
    const text = lined(JSON.stringify(request), LINE);
    fc.assert(
      fc.property(fc.array(fc.nat(), { minLength: 3, maxLength: 20 }), (cuts) => {
        const { spans: kept, rejected } = read(text, 2000, [...cuts, 2000, 4000, 6000]);
        // In one piece it is at hand as a whole, and so it is read.
        if (kept.length === 6) return;
        expect(kept).toHaveLength(5);
        expect(rejected).toMatchObject([{ reason: "too-large", count: 1 }]);
      }),
    );
    expect(read(text, 2000, [3000, 6000]).spans).toHaveLength(5);
  });

  it("costs nothing where nobody asks for it", () => {
    const text = lined(`{"unknown":["${content}"],${LINE.slice(1)}`);
    const { spans, rejected } = read(text, 1500, [1000, 3000, 4500]);
    expect(spans).toHaveLength(3);
    expect(rejected).toEqual([]);
  });

  it("is a line of rubbish as any other where it is no JSON", () => {
    const { spans, rejected } = read(lined(LINE, content, LINE), 20, [3200, 4000]);
    expect(spans.length).toBeGreaterThanOrEqual(3);
    expect(rejected.map(({ reason }) => reason)).toContain("not-a-trace");
  });
});

describe("the same bytes", () => {
  const text = fc.string({ unit: "grapheme", maxLength: 80 });
  const value = fc.oneof(
    text.map((stringValue) => ({ stringValue })),
    fc.boolean().map((boolValue) => ({ boolValue })),
    fc.maxSafeInteger().map((intValue) => ({ intValue: String(intValue) })),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((doubleValue) => ({ doubleValue })),
    fc.constant({ arrayValue: { values: [{ stringValue: "a" }] } }),
    fc.constant({}),
  );
  const attributes = fc.array(
    fc.record({
      key: fc.constantFrom(
        "gen_ai.request.model",
        "gen_ai.tool.name",
        "http.response.status_code",
        "error.type",
        "service.name",
        "service.instance.id",
        "__proto__",
        "gen_ai.input.messages",
      ),
      value,
    }),
    { maxLength: 8 },
  );
  const hex = (length: number): fc.Arbitrary<string> =>
    fc.string({
      unit: fc.constantFrom(...Array.from("0123456789abcdefABCDEF")),
      minLength: length,
      maxLength: length,
    });
  const span = fc.record(
    {
      traceId: hex(32),
      spanId: hex(16),
      parentSpanId: fc.oneof(hex(16), fc.constant(""), fc.constant("0".repeat(16))),
      name: text,
      kind: fc.oneof(fc.nat(6), fc.constantFrom("SPAN_KIND_CLIENT", "SPAN_KIND_OTHER")),
      startTimeUnixNano: fc
        .integer({ min: 1, max: 10 ** 9 })
        .map((ns) => String(1795331730n * 10n ** 9n + BigInt(ns))),
      endTimeUnixNano: fc
        .integer({ min: 0, max: 10 ** 9 })
        .map((ns) => String(1795331730n * 10n ** 9n + BigInt(ns))),
      attributes,
      events: fc.array(
        fc.record({
          name: fc.constantFrom("exception", "x"),
          attributes: fc.constant([{ key: "exception.type", value: { stringValue: "E" } }]),
        }),
        { maxLength: 2 },
      ),
      status: fc.constantFrom({}, { code: 2 }, { code: "STATUS_CODE_ERROR" }, { code: 1 }),
    },
    { requiredKeys: [] },
  );
  const request = fc.record({
    resourceSpans: fc.array(
      fc.record({
        resource: fc.record({ attributes }),
        scopeSpans: fc.array(
          fc.record({ scope: fc.record({ name: text }), spans: fc.array(span, { maxLength: 4 }) }),
          { maxLength: 2 },
        ),
      }),
      { maxLength: 2 },
    ),
  });

  const sorted = (spans: readonly FinishedSpanView[]): object[] => spans.map(plain);

  it("are the same spans to the live path's decoder", () => {
    fc.assert(
      fc.property(
        request,
        fc.constantFrom(0, 2),
        fc.array(fc.nat(), { maxLength: 3 }),
        (document, indent, cuts) => {
          const body = JSON.stringify(document, null, indent);
          const live = decodeTraces(Buffer.from(body), "json");
          const { spans, rejected } = read(body, 2 ** 20, cuts);
          if (!live.ok) throw new Error(live.message);
          expect(sorted(spans)).toEqual(sorted(live.spans));
          expect(rejected.reduce((sum, { count }) => sum + count, 0)).toBe(live.rejected);
        },
      ),
      { numRuns: 1500 },
    );
  });

  it("never throw, however they are damaged", () => {
    const texts = [LINE, JSON.stringify(jaegerAnswer()), JSON.stringify(zipkinSpans(), null, 2)];
    fc.assert(
      fc.property(
        fc.constantFrom(...texts),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        fc.array(fc.nat(), { maxLength: 3 }),
        (good, damages, cuts) => {
          const bytes = Buffer.from(good);
          for (const [at, byte] of damages) bytes[at % bytes.length] = byte;
          const sink = new SpanSink();
          const spans = new JsonSpans({ sink });
          for (const piece of piecesOf(bytes, cuts)) spans.push(piece);
          spans.end();
          expect(sink.take().length).toBeLessThanOrEqual(3);
        },
      ),
      { numRuns: 3000 },
    );
  });
});
