import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ByteKeys } from "./byte-keys.ts";
import { utf8 } from "./fixtures/wire.ts";
import { JsonCursor } from "./json-cursor.ts";
import { Malformed } from "./malformed.ts";

function accepts(text: string): boolean {
  const cursor = new JsonCursor(utf8(text));
  try {
    cursor.skip();
    cursor.finish();
    return true;
  } catch (error) {
    if (error instanceof Malformed) return false;
    throw error;
  }
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe("JsonCursor", () => {
  it.each([
    "",
    " ",
    "{",
    "}",
    "[",
    "[1,]",
    "[,1]",
    "[1 2]",
    "{,}",
    '{"a"}',
    '{"a":}',
    '{"a":1,}',
    "{a:1}",
    "{'a':1}",
    '{"a":1 "b":2}',
    "nul",
    "nullx",
    "TRUE",
    "01",
    "-",
    "-01",
    "1.",
    ".5",
    "1e",
    "1e+",
    "+1",
    "0x10",
    "NaN",
    "Infinity",
    '"',
    '"\\x"',
    '"\\u12g4"',
    '"\\',
    '"\n"',
    "1 1",
    "[1}",
    '{"a":1]',
    "\ufeff1",
    "0",
    "-0",
    "-0.0e-0",
    "1E5",
    "[]",
    "{}",
    " [ { } , [ ] ] ",
    '"\\u0041\\\\\\/\\""',
    '{"":{"":[null,true,false]}}',
    "[1e400]",
  ])("judges %j as JSON.parse does", (text) => {
    expect(accepts(text)).toBe(parses(text));
  });

  it("accepts whatever JSON.stringify writes, and judges what is broken in it as JSON.parse does", () => {
    fc.assert(
      fc.property(
        fc.json({ maxDepth: 6 }),
        fc.nat(),
        fc.constantFrom("", ",", "}", '"', "\\", "0", " ", "]"),
        (text, seed, patch) => {
          const at = seed % (text.length + 1);
          for (const changed of [
            text,
            text.slice(0, at) + patch + text.slice(at),
            text.slice(0, at) + text.slice(at + 1),
          ]) {
            expect([changed, accepts(changed)]).toEqual([changed, parses(changed)]);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("reads 64 levels and no more, however deep the document is", () => {
    expect(accepts("[".repeat(64) + "]".repeat(64))).toBe(true);
    expect(accepts("[".repeat(65) + "]".repeat(65))).toBe(false);
    expect(accepts('{"a":'.repeat(1_000_000))).toBe(false);
  });

  it("reads strings as JSON.parse does", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.boolean(), (text, escaped) => {
        const plain = JSON.stringify(text);
        const json = escaped
          ? plain.replaceAll(/[^\x20-\x7e]/gu, (char) =>
              Array.from(
                { length: char.length },
                (_, i) => `\\u${char.charCodeAt(i).toString(16).padStart(4, "0")}`,
              ).join(""),
            )
          : plain;
        expect(new JsonCursor(utf8(json)).string(10_000)).toBe(text);
      }),
    );
  });

  it("reads numbers as JSON.parse does, with or without quotes", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.double({ noDefaultInfinity: true, noNaN: true }), fc.integer()),
        (value) => {
          expect(new JsonCursor(utf8(JSON.stringify(value))).number()).toBe(
            JSON.parse(JSON.stringify(value)),
          );
          expect(new JsonCursor(utf8(`"${value}"`)).number()).toBe(Number(`${value}`));
        },
      ),
    );
  });

  it.each(["null", "true", "[1]", '{"a":1}', '"x"', '""', '"1 "', '"0x1"', "1".repeat(65)])(
    "takes %s for no number, and steps over it",
    (text) => {
      const cursor = new JsonCursor(utf8(text));
      expect(cursor.number()).toBeUndefined();
      cursor.finish();
    },
  );

  it("knows a key by its bytes, by its escapes, and no other", () => {
    const keys = new ByteKeys(["name", "é"]);
    const found: (string | undefined)[] = [];
    const cursor = new JsonCursor(
      utf8('{"name":1,"n\\u0061me":2,"\\u00e9":3,"nama":4,"__proto__":5,"":6}'),
    );
    if (cursor.openObject())
      while (cursor.nextKey()) {
        found.push(cursor.key(keys));
        cursor.skip();
      }
    expect(found).toEqual(["name", "name", "é", undefined, undefined, undefined]);
  });
});
