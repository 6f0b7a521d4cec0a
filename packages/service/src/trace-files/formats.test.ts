import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodePieces, piecesOf, plain } from "./fixtures/decode.ts";
import {
  CONTENT,
  INSTANCE,
  jaegerAnswer,
  jaegerTrace,
  otlpMessage,
  otlpRequest,
  SCOPE,
  SERVICE,
  SPANS,
  tempoTrace,
  zipkinSpans,
} from "./fixtures/one-trace.ts";
import { bigEndianFrame, toProtobuf, varintFrame } from "./fixtures/to-protobuf.ts";

const [first, ...others] = SPANS;
const line = (value: object): string => `${JSON.stringify(value)}\n`;
const pretty = (value: object): string => JSON.stringify(value, null, 2);
/** Keys the other way round, so that everything comes before what says what it is. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, one]) => [key, reversed(one)] as const);
  return Object.fromEntries(entries.toReversed());
}

const zipkinExpected = SPANS.map((span) => ({
  ...span,
  exceptionType: undefined,
  attributes: Object.fromEntries(
    Object.entries(span.attributes).map(([key, value]) => [key, String(value)]),
  ),
}));

/** The same three spans in everything that they may be written in. */
const WRITTEN: readonly {
  readonly name: string;
  readonly format: string;
  readonly bytes: string | Buffer;
  readonly expected?: readonly object[];
}[] = [
  { name: "a Collector's line", format: "otlp-json", bytes: line(otlpRequest()) },
  {
    name: "a Collector's lines",
    format: "otlp-json",
    bytes: `${line(otlpRequest([first]))}\r\n\n${line(otlpRequest([others[0]]))}${line(otlpRequest([others[1]]))}`,
  },
  { name: "a document on many lines", format: "otlp-json", bytes: pretty(otlpRequest()) },
  {
    name: "a document with a byte order mark",
    format: "otlp-json",
    bytes: `\uFEFF${line(otlpRequest())}`,
  },
  {
    name: "a document with its keys the other way round",
    format: "otlp-json",
    bytes: JSON.stringify(reversed(otlpRequest())),
  },
  { name: "an array of documents", format: "otlp-json", bytes: JSON.stringify([otlpRequest()]) },
  {
    name: "Jaeger's answer in OTLP's shape",
    format: "otlp-json",
    bytes: line({ result: otlpRequest() }),
  },
  { name: "Tempo's trace", format: "otlp-json", bytes: JSON.stringify(tempoTrace()) },
  { name: "Tempo's newer answer", format: "otlp-json", bytes: line({ trace: otlpRequest() }) },
  { name: "Jaeger's answer", format: "jaeger", bytes: JSON.stringify(jaegerAnswer()) },
  { name: "a trace that Jaeger's page saved", format: "jaeger", bytes: pretty(jaegerTrace()) },
  {
    name: "Jaeger's answer with its keys the other way round",
    format: "jaeger",
    bytes: pretty(reversed(jaegerAnswer()) as object),
  },
  {
    name: "Zipkin's array",
    format: "zipkin",
    bytes: JSON.stringify(zipkinSpans()),
    expected: zipkinExpected,
  },
  {
    name: "Zipkin's arrays in an array",
    format: "zipkin",
    bytes: pretty([zipkinSpans()]),
    expected: zipkinExpected,
  },
  {
    name: "Zipkin's spans, one a line",
    format: "zipkin",
    bytes: zipkinSpans().map(line).join(""),
    expected: zipkinExpected,
  },
  {
    name: "Zipkin's array with a span a line",
    format: "zipkin",
    bytes: `[\n${zipkinSpans()
      .map((span) => JSON.stringify(span))
      .join(",\n")}\n]`,
    expected: zipkinExpected,
  },
  { name: "one message of protobuf", format: "otlp-protobuf", bytes: otlpMessage() },
  {
    name: "a Collector's protobuf",
    format: "otlp-protobuf",
    bytes: Buffer.concat(SPANS.map((span) => bigEndianFrame(toProtobuf(otlpRequest([span]))))),
  },
  {
    name: "delimited protobuf",
    format: "otlp-protobuf",
    bytes: Buffer.concat(SPANS.map((span) => varintFrame(toProtobuf(otlpRequest([span]))))),
  },
  {
    name: "a Collector's frames of JSON",
    format: "otlp-json",
    bytes: Buffer.concat(
      SPANS.map((span) => bigEndianFrame(Buffer.from(JSON.stringify(otlpRequest([span]))))),
    ),
  },
];

describe.each(WRITTEN)("$name", ({ bytes, format, expected = SPANS }) => {
  const whole = Buffer.from(bytes);
  const wanted = expected.map((span) => ({
    ...span,
    scope: SCOPE,
    resource: { "service.name": SERVICE, "service.instance.id": INSTANCE },
  }));

  it("is told by its content, and read", () => {
    const { spans, rejected, formats } = decodePieces([whole]);
    expect(spans.map(plain)).toEqual(wanted);
    expect(rejected).toEqual([]);
    expect(formats).toEqual([format]);
  });

  it("is read the same in whatever pieces it comes", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 12 }), (cuts) => {
        const { spans, rejected } = decodePieces(piecesOf(whole, cuts));
        expect(spans.map(plain)).toEqual(wanted);
        expect(rejected).toEqual([]);
      }),
      { numRuns: 60 },
    );
    const bytewise = decodePieces(Array.from(whole, (_, i) => whole.subarray(i, i + 1)));
    expect(bytewise.spans.map(plain)).toEqual(wanted);
  });

  it("keeps what is whole of it when it is cut anywhere", () => {
    fc.assert(
      fc.property(fc.nat(), (at) => {
        const { spans, rejected } = decodePieces([whole.subarray(0, at % whole.length)]);
        const kept = spans.map(plain);
        expect(wanted).toEqual(expect.arrayContaining(kept.map(bagless)));
        expect(spans.length + rejected.length).toBeLessThanOrEqual(wanted.length + 1);
      }),
      { numRuns: 60 },
    );
  });

  it("lets no content through", () => {
    expect(JSON.stringify(decodePieces([whole]))).not.toContain(CONTENT);
  });
});

/** What stands behind the cut may be missing: the resource, the scope. */
function bagless(span: object): unknown {
  return expect.objectContaining({
    traceId: Reflect.get(span, "traceId"),
    spanId: Reflect.get(span, "spanId"),
    startMs: Reflect.get(span, "startMs"),
    attributes: Reflect.get(span, "attributes"),
  });
}
