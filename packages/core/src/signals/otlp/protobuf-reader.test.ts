import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Malformed } from "./malformed.ts";
import { ProtobufReader, tagOf, WIRE } from "./protobuf-reader.ts";
import { ProtobufWriter } from "./protobuf-writer.ts";

const readerOf = (...bytes: number[]) => new ProtobufReader(Uint8Array.from(bytes));

function varintOf(value: bigint): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  return [...bytes, Number(rest)];
}

describe("ProtobufReader", () => {
  it("reads every 64-bit integer as its nearest double", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        expect(readerOf(...varintOf(value)).int64()).toBe(Number(value));
        expect(readerOf(...varintOf(value)).uint64()).toBe(Number(BigInt.asUintN(64, value)));
        expect(readerOf(...varintOf(value)).uint32()).toBe(Number(BigInt.asUintN(32, value)));
      }),
      { numRuns: 2000 },
    );
  });

  it("reads back what the writer writes", () => {
    fc.assert(
      fc.property(
        fc.maxSafeNat(),
        fc.integer(),
        fc.double(),
        fc.string({ unit: "grapheme", maxLength: 300 }),
        (natural, integer, double, text) => {
          const writer = new ProtobufWriter();
          writer.uint(1, natural);
          writer.sint32(2, integer);
          writer.fixed64(3, natural);
          writer.fixed64(4, -natural);
          writer.double(5, double);
          writer.message(6, () => writer.message(1, () => writer.string(1, text)));
          const reader = new ProtobufReader(writer.finish());
          const values = [
            [reader.tag(), reader.uint64()],
            [reader.tag(), reader.sint32()],
            [reader.tag(), reader.sfixed64()],
            [reader.tag(), reader.sfixed64()],
            [reader.tag(), reader.double()],
          ];
          expect(values).toEqual([
            [tagOf(1, WIRE.varint), natural],
            [tagOf(2, WIRE.varint), integer],
            [tagOf(3, WIRE.fixed64), natural],
            [tagOf(4, WIRE.fixed64), natural === 0 ? 0 : -natural],
            [tagOf(5, WIRE.fixed64), double],
          ]);
          for (const field of [6, 1, 1]) {
            expect(reader.tag()).toBe(tagOf(field, WIRE.bytes));
            reader.enter();
          }
          expect(
            new TextDecoder("utf-8", { ignoreBOM: true }).decode(reader.bytes.subarray(reader.pos)),
          ).toBe(text);
        },
      ),
    );
  });

  it("steps over every wire type, groups in groups included", () => {
    const group = [
      tagOf(9, WIRE.groupStart),
      tagOf(1, WIRE.groupStart),
      tagOf(2, WIRE.varint),
      5,
      tagOf(1, WIRE.groupEnd),
      tagOf(9, WIRE.groupEnd),
    ];
    const reader = readerOf(
      8,
      0xff,
      1,
      9,
      1,
      2,
      3,
      4,
      5,
      6,
      7,
      8,
      10,
      2,
      0,
      0,
      13,
      1,
      2,
      3,
      4,
      ...group,
    );
    for (let i = 0; i < 5; i += 1) reader.skip(reader.tag());
    expect(reader.more).toBe(false);
  });

  it.each([
    ["a varint cut off", [8, 0xff]],
    ["a varint of eleven bytes", [8, ...Array.from({ length: 10 }, () => 0xff), 1]],
    ["a fixed64 cut off", [9, 1, 2, 3]],
    ["a fixed32 cut off", [13, 1, 2, 3]],
    ["bytes that end beyond the body", [10, 5, 0]],
    ["bytes of 4 GiB", [10, 0xff, 0xff, 0xff, 0xff, 0x0f]],
    ["wire type 6", [14, 0]],
    ["wire type 7", [15, 0]],
    ["field 0", [0, 0]],
    ["the end of a group that never began", [12]],
    ["a group that never ends", [11, 8, 1]],
    ["a group that another one ends", [11, 20]],
    [
      "groups 65 deep",
      [...Array.from({ length: 65 }, () => 11), ...Array.from({ length: 65 }, () => 12)],
    ],
  ])("refuses %s", (_, bytes) => {
    const reader = readerOf(...bytes);
    expect(() => reader.skip(reader.tag())).toThrow(Malformed);
  });

  it("holds a message to its own end", () => {
    const reader = readerOf(10, 2, 8, 0xff, 1);
    reader.tag();
    reader.enter();
    expect(() => reader.skip(reader.tag())).toThrow(Malformed);
    const nested = readerOf(10, 2, 10, 1, 0);
    nested.tag();
    nested.enter();
    nested.tag();
    expect(() => nested.enter()).toThrow(Malformed);
  });
});
