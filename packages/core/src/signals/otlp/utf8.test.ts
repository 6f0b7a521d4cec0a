import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeUtf8, utf8Length, writeUtf8 } from "./utf8.ts";

const decodeAll = (bytes: Uint8Array) =>
  decodeUtf8(bytes, 0, bytes.length, Number.MAX_SAFE_INTEGER);

// Random bytes seldom make sequences that are nearly right, so leads and tails are likelier here.
const nearlyUtf8 = fc.array(
  fc.oneof(
    fc.nat(255),
    fc.constantFrom(0xe0, 0xed, 0xf0, 0xf4, 0xf5, 0xc1, 0xc2, 0xef),
    fc.integer({ min: 0x80, max: 0xbf }),
  ),
  { maxLength: 200 },
);

describe("utf8", () => {
  it("decodes any bytes as TextDecoder does", () => {
    fc.assert(
      fc.property(nearlyUtf8, (array) => {
        const bytes = Uint8Array.from(array);
        expect(decodeAll(bytes)).toBe(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes));
      }),
      { numRuns: 3000 },
    );
  });

  it("encodes any string as TextEncoder does, halves of pairs included", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(0xffff)), fc.string({ unit: "binary" }), (units, text) => {
        const any = String.fromCharCode(...units) + text;
        const bytes = new Uint8Array(utf8Length(any));
        expect(writeUtf8(any, bytes, 0)).toBe(bytes.length);
        expect(bytes).toEqual(new TextEncoder().encode(any));
      }),
    );
  });

  it("cuts at the limit, before a character that would go over it", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 150 }), fc.nat(150), (text, limit) => {
        const whole = new TextDecoder("utf-8", { ignoreBOM: true }).decode(
          new TextEncoder().encode(text),
        );
        const cut = decodeUtf8(new TextEncoder().encode(text), 0, utf8Length(text), limit);
        expect(cut.length).toBeLessThanOrEqual(limit);
        expect(whole.startsWith(cut)).toBe(true);
        // One unit of room is left only where the next character takes two.
        const next = whole.codePointAt(cut.length) ?? 0;
        expect(cut.length === Math.min(limit, whole.length) || next > 0xffff).toBe(true);
      }),
    );
  });
});
