import { describe, expect, it } from "vitest";
import type { Framing } from "./detect-format.ts";
import { piecesOf } from "./fixtures/decode.ts";
import { otlpMessage, otlpRequest, SPANS } from "./fixtures/one-trace.ts";
import { bigEndianFrame, toProtobuf, varintFrame } from "./fixtures/to-protobuf.ts";
import { ProtobufSpans } from "./protobuf-spans.ts";
import { SpanSink } from "./span-sink.ts";

function read(bytes: Buffer, framing: Framing, messageBytesMax?: number, cuts: number[] = []) {
  const sink = new SpanSink();
  const decoder = new ProtobufSpans({
    sink,
    framing,
    ...(messageBytesMax !== undefined && { messageBytesMax }),
  });
  for (const piece of piecesOf(bytes, cuts)) decoder.push(piece);
  decoder.end();
  return { spans: sink.take().length, rejected: sink.rejected() };
}

const small = toProtobuf(otlpRequest([SPANS[0]]));
const large = toProtobuf(otlpRequest(Array.from({ length: 100 }, () => SPANS[1])));
const FRAMES = [
  ["big-endian", bigEndianFrame],
  ["varint", varintFrame],
  // Messages one behind another are one message.
  ["message", (message: Buffer) => message],
] as const;

describe.each(FRAMES)("%s", (framing, frame) => {
  const bytes = Buffer.concat([frame(small), frame(large), frame(small)]);

  it("steps over a message that is too large, in one piece and in many, and reads the next", () => {
    for (const cuts of [[], [1000], [300, 5000, 9000, large.length]]) {
      const { spans, rejected } = read(bytes, framing, 1000, cuts);
      expect(spans).toBe(2);
      expect(rejected).toMatchObject([{ reason: "too-large", count: 1, lines: [] }]);
    }
  });

  it("keeps what came before a cut", () => {
    const { spans, rejected } = read(bytes.subarray(0, -2), framing);
    expect(spans).toBe(101);
    expect(rejected).toMatchObject([{ reason: "cut-short", count: 1 }]);
  });
});

it("steps over fields that it does not know, and says where it is lost", () => {
  const unknown = Buffer.from([0x10, 0x80, 0x01, 0x19, 1, 2, 3, 4, 5, 6, 7, 8, 0x25, 1, 2, 3, 4]);
  expect(read(Buffer.concat([small, unknown, small]), "message")).toEqual({
    spans: 2,
    rejected: [],
  });
  const lost = read(Buffer.concat([small, Buffer.from([0x0b]), small]), "message");
  expect(lost).toMatchObject({ spans: 1, rejected: [{ reason: "not-a-trace", count: 1 }] });
});

it("goes on behind a message that is broken inside", () => {
  const broken = Buffer.from(otlpMessage());
  broken[1] = 0x7f;
  const bytes = Buffer.concat([broken, small].map(bigEndianFrame));
  expect(read(bytes, "big-endian")).toMatchObject({
    spans: 1,
    rejected: [{ reason: "not-a-trace", count: 1 }],
  });
});

it("counts spans that are none", () => {
  const message = toProtobuf(otlpRequest([SPANS[0], { ...SPANS[1], traceId: "00" } as never]));
  expect(read(message, "message")).toMatchObject({
    spans: 1,
    rejected: [{ reason: "broken-span", count: 1 }],
  });
});

it("takes a message of more spans than an exporter sends", () => {
  // One resource, one scope, and in it the bytes of one span again and again.
  const field = (tag: number, body: Buffer): Buffer =>
    Buffer.concat([Buffer.from([tag]), varintFrame(body)]);
  const span = Buffer.concat([
    field(0x0a, Buffer.alloc(16, 1)),
    field(0x12, Buffer.alloc(8, 2)),
    Buffer.from([0x39, 1, 0, 0, 0, 0, 0, 0, 1, 0x41, 2, 0, 0, 0, 0, 0, 0, 1]),
  ]);
  const spans = Buffer.concat(Array.from({ length: 70_000 }, () => field(0x12, span)));
  expect(read(field(0x0a, field(0x12, spans)), "message").spans).toBe(70_000);
});
