import { gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { compressionOf, Inflater } from "./inflate.ts";

const TEXT = Buffer.from(
  Array.from({ length: 40_000 }, (_, i) => `${i} ${Math.imul(i, 0x9e3779b1)}\n`).join(""),
);

interface Inflated {
  readonly bytes: Buffer;
  readonly error: string | undefined;
}

async function inflate(compressed: Buffer, pieceBytes: number): Promise<Inflated> {
  const inflater = new Inflater(compressionOf(compressed)!);
  const out: Buffer[] = [];
  try {
    for (let at = 0; at < compressed.length; at += pieceBytes)
      for await (const chunk of inflater.push(compressed.subarray(at, at + pieceBytes)))
        out.push(chunk);
    for await (const chunk of inflater.end()) out.push(chunk);
    return { bytes: Buffer.concat(out), error: undefined };
  } catch (error) {
    return { bytes: Buffer.concat(out), error: String(error) };
  } finally {
    inflater.close();
  }
}

describe.each([
  ["gzip", gzipSync(TEXT)],
  ["zstd", zstdCompressSync(TEXT)],
] as const)("%s", (compression, compressed) => {
  it("is told by its first bytes", () => {
    expect(compressionOf(compressed)).toBe(compression);
    expect(compressionOf(TEXT)).toBeUndefined();
  });

  it.each([100, 65_536, 10 ** 7])("inflates in pieces of %i bytes", async (pieceBytes) => {
    const { bytes, error } = await inflate(compressed, pieceBytes);
    expect(error).toBeUndefined();
    expect(bytes.equals(TEXT)).toBe(true);
  });

  it("gives out what came before a cut, and says that there is one", async () => {
    const { bytes, error } = await inflate(compressed.subarray(0, compressed.length / 2), 4096);
    expect(error).toMatch(/cut off/);
    expect(bytes.length).toBeGreaterThan(TEXT.length / 3);
    expect(bytes.equals(TEXT.subarray(0, bytes.length))).toBe(true);
  });

  it("gives out what came before damage", async () => {
    const damaged = Buffer.from(compressed);
    damaged.fill(0xff, compressed.length - 5000, compressed.length - 4000);
    const { bytes, error } = await inflate(damaged, 4096);
    expect(error).toMatch(/damaged|cut off/);
    expect(bytes.length).toBeGreaterThan(TEXT.length / 3);
  });
});

it("reads what was appended as a gzip of its own", async () => {
  const { bytes, error } = await inflate(Buffer.concat([gzipSync("one "), gzipSync("two")]), 1000);
  expect([bytes.toString(), error]).toEqual(["one two", undefined]);
});

it("stops at a bomb", async () => {
  const zeros = Buffer.alloc(2 ** 27);
  const { bytes, error } = await inflate(gzipSync(zeros), 65_536);
  expect(error).toMatch(/500 times/);
  expect(bytes.length).toBeLessThan(zeros.length);
});
