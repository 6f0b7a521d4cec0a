import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeTraces } from "./decode-traces.ts";
import {
  FORMATS,
  GOOD_SPAN,
  toJson,
  toProtobuf,
  utf8,
  type WireAttribute,
  type WireSpan,
  writeSpan,
} from "./fixtures/wire.ts";
import { ProtobufWriter } from "./protobuf-writer.ts";

const RESOURCE: readonly WireAttribute[] = [
  ["service.name", "kyc"],
  ["service.instance.id", "kyc-1"],
  ["host.name", "secret-host"],
];
const batchOf = (...spans: WireSpan[]) => ({ resource: RESOURCE, scope: "gen_ai", spans });

function decode(body: Uint8Array, encoding: "protobuf" | "json") {
  const decoded = decodeTraces(body, encoding);
  if (!decoded.ok) throw new Error(decoded.message);
  return decoded;
}

describe.each(FORMATS)("decodeTraces from $encoding", ({ encoding, encode }) => {
  it("reads what derivation needs of a span, and nothing else of it", () => {
    const attributes: WireAttribute[] = [
      ["gen_ai.operation.name", "chat"],
      ["gen_ai.input.messages", "MARK"],
      ["http.response.status_code", 429],
      ["gen_ai.request.model", "gpt-5"],
      ["my.own", ["MARK"]],
    ];
    const decoded = decode(
      encode(batchOf({ ...GOOD_SPAN, attributes, status: { code: 2, message: "MARK" } })),
      encoding,
    );
    expect(decoded).toEqual({
      ok: true,
      rejected: 0,
      message: "",
      spans: [
        {
          traceId: GOOD_SPAN.traceId,
          spanId: GOOD_SPAN.spanId,
          parentSpanId: GOOD_SPAN.parentSpanId,
          kind: 2,
          name: "chat gpt-5",
          scope: "gen_ai",
          attributes: {
            "gen_ai.operation.name": "chat",
            "http.response.status_code": 429,
            "gen_ai.request.model": "gpt-5",
          },
          resource: { "service.name": "kyc", "service.instance.id": "kyc-1" },
          failed: true,
          exceptionType: undefined,
          startMs: 1795331730123 + 0.456789,
          durationMs: 1500.000001,
        },
      ],
    });
  });

  it.each([
    ["a trace id of 15 bytes", { traceId: GOOD_SPAN.traceId.slice(2) }, /traceId/],
    ["a trace id of zeros", { traceId: "0".repeat(32) }, /traceId/],
    ["a span id of 9 bytes", { spanId: `${GOOD_SPAN.spanId}00` }, /spanId/],
    ["a span id of zeros", { spanId: "0".repeat(16) }, /spanId/],
    ["a parent id of 7 bytes", { parentSpanId: GOOD_SPAN.parentSpanId.slice(2) }, /parentSpanId/],
    ["an end before its start", { endNanos: "1795331730123456788" }, /endTimeUnixNano/],
    ["no end", { endNanos: "0" }, /must be set/],
    ["no start", { startNanos: "0" }, /must be set/],
  ])("leaves out a span with %s, and keeps the rest", (_, broken, message) => {
    const decoded = decode(
      encode(batchOf(GOOD_SPAN, { ...GOOD_SPAN, ...broken }, GOOD_SPAN)),
      encoding,
    );
    expect(decoded).toMatchObject({ rejected: 1, message: expect.stringMatching(message) });
    expect(decoded.spans).toHaveLength(2);
  });

  it("leaves out a span of which everything is missing", () => {
    expect(decode(encode(batchOf({}, GOOD_SPAN)), encoding)).toMatchObject({
      rejected: 1,
      spans: [{ name: "chat gpt-5" }],
    });
  });

  it.each([
    ["", undefined],
    ["0000000000000000", undefined],
    ["eee19b7ec3c1b173", "eee19b7ec3c1b173"],
  ])("takes the parent id %j for %j", (parentSpanId, expected) => {
    expect(
      decode(encode(batchOf({ ...GOOD_SPAN, parentSpanId })), encoding).spans[0]?.parentSpanId,
    ).toBe(expected);
  });

  it("lets nothing of one span into the next", () => {
    const full: WireSpan = {
      ...GOOD_SPAN,
      attributes: [["error.type", "500"]],
      events: [{ name: "exception", attributes: [] }],
      status: { code: 2, message: "" },
    };
    const { traceId, spanId, startNanos, endNanos } = GOOD_SPAN;
    const bare = { traceId, spanId, startNanos, endNanos };
    expect(decode(encode(batchOf(full, bare)), encoding).spans[1]).toMatchObject({
      name: "",
      kind: 0,
      parentSpanId: undefined,
      attributes: {},
      failed: false,
      exceptionType: undefined,
    });
    const [, second] = decode(encode(batchOf(full, bare)), encoding).spans;
    expect(Object.keys(second!.attributes)).toEqual([]);
  });

  it("keeps a span that took no time", () => {
    expect(
      decode(encode(batchOf({ ...GOOD_SPAN, endNanos: GOOD_SPAN.startNanos })), encoding).spans[0]
        ?.durationMs,
    ).toBe(0);
  });

  it("knows an exception by its event, of which it reads the type alone", () => {
    const events = [
      { name: "gen_ai.user.message", attributes: [["exception.type", "MARK"] as const] },
      {
        name: "exception",
        attributes: [
          ["exception.message", "MARK"] as const,
          ["exception.type", "RateLimitError"] as const,
        ],
      },
      { name: "exception", attributes: [["exception.type", "Later"] as const] },
    ];
    const [span, bare] = decode(
      encode(
        batchOf(
          { ...GOOD_SPAN, events },
          { ...GOOD_SPAN, events: [{ name: "exception", attributes: [] }] },
        ),
      ),
      encoding,
    ).spans;
    expect(span).toMatchObject({ exceptionType: "RateLimitError", failed: false });
    expect(bare).toMatchObject({ exceptionType: "_OTHER" });
  });

  it.each([0, 1, 2, 3, 4, 5, 6, 2 ** 31])("maps OTLP's kind %d to OTel JS' own", (kind) => {
    expect(decode(encode(batchOf({ ...GOOD_SPAN, kind })), encoding).spans[0]?.kind).toBe(
      kind >= 1 && kind <= 5 ? kind - 1 : 0,
    );
  });

  it.each(["__proto__", "constructor", "toString", "hasOwnProperty"])(
    "takes no harm from the attribute %s",
    (key) => {
      const [span] = decode(
        encode(batchOf({ ...GOOD_SPAN, attributes: [[key, "MARK"]] })),
        encoding,
      ).spans;
      expect(span?.attributes[key]).toBeUndefined();
      expect(span?.resource[key]).toBeUndefined();
      expect(JSON.stringify(span)).not.toContain("MARK");
    },
  );

  it("cuts values at 256 characters, never inside one", () => {
    const long = `${"x".repeat(255)}😀${"y".repeat(5000)}`;
    const attributes: WireAttribute[] = [["gen_ai.agent.name", long]];
    const [span] = decode(
      encode(batchOf({ ...GOOD_SPAN, name: "é".repeat(400), attributes })),
      encoding,
    ).spans;
    expect(span).toMatchObject({
      name: "é".repeat(256),
      attributes: { "gen_ai.agent.name": "x".repeat(255) },
    });
  });

  it("reads every scalar type", () => {
    const attributes: WireAttribute[] = [
      ["http.request.resend_count", 2],
      ["server.port", 2 ** 53 - 1],
      ["http.status_code", 0.5],
      ["error.type", true],
    ];
    expect(
      decode(encode(batchOf({ ...GOOD_SPAN, attributes })), encoding).spans[0]?.attributes,
    ).toEqual(Object.fromEntries(attributes));
  });

  it("lets no mark through from any place that holds content", () => {
    const contentKeys = [
      "gen_ai.input.messages",
      "gen_ai.prompt",
      "url.full",
      "db.query.text",
      "exception.message",
      "input.value",
      "ai.prompt",
      "gen_ai.tool.call.arguments",
    ];
    const attributes = contentKeys.map((key): WireAttribute => [key, `${key}-MARK`]);
    const span = {
      ...GOOD_SPAN,
      attributes: [...attributes, ["gen_ai.request.model", ["MARK"]] as const],
      events: [
        { name: "MARK", attributes },
        { name: "exception", attributes },
      ],
      status: { code: 2, message: "MARK" },
    };
    const decoded = decode(
      encode({
        resource: [["process.command_line", "MARK"]],
        scope: "s",
        spans: [span, { ...span, traceId: "00" }],
      }),
      encoding,
    );
    expect(decoded).toMatchObject({ rejected: 1, spans: [{ failed: true }] });
    expect(JSON.stringify(decoded)).not.toContain("MARK");
  });
});

describe("decodeTraces", () => {
  it("makes the same of both formats", () => {
    const word = fc.string({ unit: "grapheme", maxLength: 80 });
    const value = fc.oneof(word, fc.nat(), fc.boolean());
    const key = fc.constantFrom(
      "gen_ai.agent.name",
      "error.type",
      "tool.name",
      "input.value",
      "server.port",
    );
    const span = fc
      .record({ name: word, kind: fc.nat(6), attributes: fc.array(fc.tuple(key, value)) })
      .map((more) => ({ ...GOOD_SPAN, ...more }));
    fc.assert(
      fc.property(fc.array(span, { maxLength: 4 }), word, (spans, scope) => {
        const batch = { resource: RESOURCE, scope, spans };
        expect(decodeTraces(toProtobuf(batch), "protobuf")).toEqual(
          decodeTraces(toJson(batch), "json"),
        );
      }),
    );
  });

  it("takes fields in any order: a resource, a scope and a key that come last", () => {
    const writer = new ProtobufWriter();
    const pair = (field: number, key: string, text: string) =>
      writer.message(field, () => {
        writer.message(2, () => writer.string(1, text));
        writer.string(1, key);
      });
    writer.message(1, () => {
      writer.message(2, () => {
        writer.message(2, () => writeSpan(writer, GOOD_SPAN));
        writer.message(1, () => writer.string(1, "late"));
      });
      writer.message(1, () => pair(1, "service.name", "kyc"));
    });
    expect(decode(writer.finish(), "protobuf").spans[0]).toMatchObject({
      scope: "late",
      resource: { "service.name": "kyc" },
    });
    const json = `{"resourceSpans":[{"scopeSpans":[{"spans":[${spanJson}],"scope":{"name":"late"}}],"resource":{"attributes":[{"value":{"stringValue":"kyc"},"key":"service.name"}]}}]}`;
    expect(decode(utf8(json), "json").spans[0]).toMatchObject({
      scope: "late",
      resource: { "service.name": "kyc" },
    });
  });

  it("reads names of enums, numbers as strings or not, escaped keys and upper-case ids", () => {
    const json = `{"resource\\u0053pans":[{"scopeSpans":[{"spans":[{"traceId":"${GOOD_SPAN.traceId.toUpperCase()}","spanId":"EEE19B7EC3C1B174","kind":"SPAN_KIND_CLIENT",
      "startTimeUnixNano":1795331730123456789,"endTimeUnixNano":"1795331730123456789","status":{"code":"STATUS_CODE_ERROR"},"unknown":{"a":[null,1.5e-3]},
      "attributes":[{"key":"server\\u002eport","value":{"intValue":7}},{"key":"http.route","value":{"stringValue":"\\u00e9\\ud83d\\ude00\\ud800\\n"}}]}]}]}]}`;
    expect(decode(utf8(json), "json").spans[0]).toMatchObject({
      traceId: GOOD_SPAN.traceId,
      spanId: GOOD_SPAN.spanId,
      kind: 2,
      failed: true,
      durationMs: 0,
      attributes: { "server.port": 7, "http.route": "é😀\ufffd\n" },
    });
  });

  it("takes an empty protobuf body as no spans, and an empty JSON one as broken", () => {
    expect(decodeTraces(new Uint8Array(0), "protobuf")).toEqual({
      ok: true,
      spans: [],
      rejected: 0,
      message: "",
    });
    expect(decodeTraces(new Uint8Array(0), "json")).toMatchObject({ ok: false });
  });

  it("keeps 65,536 spans of a request and says how many it left out", () => {
    const decoded = decode(
      toProtobuf(batchOf(...Array.from({ length: 65_540 }, () => GOOD_SPAN))),
      "protobuf",
    );
    expect([decoded.spans.length, decoded.rejected, decoded.message]).toEqual([
      65_536,
      4,
      "a request must hold at most 65536 spans",
    ]);
  });
});

const spanJson = JSON.stringify({
  traceId: GOOD_SPAN.traceId,
  spanId: GOOD_SPAN.spanId,
  startTimeUnixNano: "1",
  endTimeUnixNano: "2",
});
