import { Readable } from "node:stream";
import { deflateSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { ProblemError } from "../problem.ts";
import { ByteBudget } from "./byte-budget.ts";
import { contentCodingOf, withBody } from "./read-body.ts";
import type { ReadBodyOptions } from "./read-body.ts";

const MIB = 1024 * 1024;

function optionsOf(options: Partial<ReadBodyOptions>): ReadBodyOptions {
  return {
    coding: "identity",
    contentLength: undefined,
    wireBytesMax: 1_000,
    inflatedBytesMax: 10_000,
    budget: new ByteBudget(100 * MIB),
    ...options,
  };
}

async function codeOf(reading: Promise<unknown>): Promise<string> {
  const error: unknown = await reading.then(
    () => "taken",
    (reason: unknown) => reason,
  );
  return error instanceof ProblemError ? error.code : String(error);
}

describe("withBody", () => {
  it.each([
    ["identity", (bytes: Buffer) => bytes],
    ["gzip", (bytes: Buffer) => gzipSync(bytes)],
    ["deflate", (bytes: Buffer) => deflateSync(bytes)],
  ] as const)(
    "gives the same bytes, sent as %s in one piece and in many",
    async (coding, encode) => {
      const bytes = Buffer.from(Array.from({ length: 600 }, (_, index) => index % 251));
      const wire = encode(bytes);
      const pieces = Array.from({ length: Math.ceil(wire.length / 7) }, (_, index) =>
        wire.subarray(index * 7, index * 7 + 7),
      );
      for (const chunks of [[wire], pieces]) {
        const body = await withBody(Readable.from(chunks), optionsOf({ coding }), (taken) => taken);
        expect(Buffer.compare(body.bytes, bytes)).toBe(0);
        expect(body.wireBytes).toBe(wire.length);
      }
    },
  );

  it.each([
    ["just below", 999, "taken"],
    ["at", 1_000, "taken"],
    ["just above", 1_001, "ERR_BODY_TOO_LARGE"],
  ])("holds the limit on the wire: %s it", async (_where, length, code) => {
    expect(
      await codeOf(withBody(Readable.from([Buffer.alloc(length)]), optionsOf({}), () => "taken")),
    ).toBe(code);
    const announced = withBody(
      Readable.from([]),
      optionsOf({ contentLength: length }),
      () => "taken",
    );
    expect(await codeOf(announced)).toBe(code);
  });

  it.each([
    ["just below", 9_999, "taken"],
    ["at", 10_000, "taken"],
    ["just above", 10_001, "ERR_BODY_TOO_LARGE"],
  ])("holds the limit once decompressed: %s it", async (_where, length, code) => {
    const source = Readable.from([gzipSync(Buffer.alloc(length))]);
    expect(await codeOf(withBody(source, optionsOf({ coding: "gzip" }), () => "taken"))).toBe(code);
  });

  it("stops a bomb within a step, long before it is out", async () => {
    const budget = new PeakBudget(100 * MIB);
    const bomb = gzipSync(Buffer.alloc(64 * MIB));
    const options = optionsOf({
      coding: "gzip",
      wireBytesMax: MIB,
      inflatedBytesMax: 2 * MIB,
      budget,
    });
    expect(await codeOf(withBody(Readable.from([bomb]), options, () => "taken"))).toBe(
      "ERR_BODY_TOO_LARGE",
    );
    expect(budget.peak).toBeLessThanOrEqual(2 * MIB + bomb.length);
  });

  it("never holds a bomb of a gibibyte", async () => {
    const member = gzipSync(Buffer.alloc(64 * MIB));
    const bomb = Buffer.concat(Array.from({ length: 16 }, () => member));
    const options = optionsOf({ coding: "gzip", wireBytesMax: 2 * MIB, inflatedBytesMax: 2 * MIB });
    const kibibytesBefore = process.resourceUsage().maxRSS;
    const reading = withBody(Readable.from([bomb]), options, () => "taken");
    expect(await codeOf(reading)).toBe("ERR_BODY_TOO_LARGE");
    expect(process.resourceUsage().maxRSS - kibibytesBefore).toBeLessThan(128 * 1_024);
  });

  it("stops a chain of small gzip members as it stops one large one", async () => {
    const member = gzipSync(Buffer.alloc(1_000));
    const source = Readable.from([Buffer.concat(Array.from({ length: 11 }, () => member))]);
    expect(await codeOf(withBody(source, optionsOf({ coding: "gzip" }), () => "taken"))).toBe(
      "ERR_BODY_TOO_LARGE",
    );
  });

  it.each([
    ["rubbish", Buffer.from("this is not gzip")],
    ["half of it", gzipSync(Buffer.alloc(500, "x")).subarray(0, 20)],
    ["nothing", Buffer.alloc(0)],
    ["a bad checksum", corrupted(gzipSync(Buffer.from("hello, hello, hello")))],
  ])("says that %s is no gzip", async (_what, wire) => {
    expect(
      await codeOf(withBody(Readable.from([wire]), optionsOf({ coding: "gzip" }), () => "taken")),
    ).toBe("ERR_BODY_UNDECODABLE");
  });

  it("says that a body ended early, and blames nobody here", async () => {
    const source = new Readable({ read: () => {} });
    source.push(Buffer.alloc(10));
    const reading = withBody(source, optionsOf({ contentLength: 20 }), () => "taken");
    source.destroy(new Error("aborted"));
    expect(await codeOf(reading)).toBe("ERR_REQUEST_INVALID");
  });

  it("counts what it holds against the budget while it is used, and gives all of it back, however it ended", async () => {
    const budget = new ByteBudget(5_000);
    const wire = gzipSync(Buffer.alloc(4_000));
    const options = optionsOf({ coding: "gzip", budget });
    await withBody(Readable.from([wire]), options, () =>
      expect(budget.bytes).toBe(4_000 + wire.length),
    );
    expect(
      await codeOf(
        withBody(Readable.from([gzipSync(Buffer.alloc(6_000))]), options, () => "taken"),
      ),
    ).toBe("ERR_OVERLOADED");
    await codeOf(withBody(Readable.from([Buffer.from("rubbish")]), options, () => "taken"));
    await codeOf(
      withBody(Readable.from([wire]), options, () => {
        throw new Error("use failed");
      }),
    );
    expect(budget.bytes).toBe(0);
  });
});

describe("contentCodingOf", () => {
  it.each([
    [undefined, "identity"],
    ["", "identity"],
    ["GZIP", "gzip"],
    [" x-gzip ", "gzip"],
    ["deflate", "deflate"],
  ])("%j is %s", (header, coding) => {
    expect(contentCodingOf(header)).toBe(coding);
  });

  it.each(["br", "zstd", "gzip, gzip", "gzip,deflate"])(
    "%j is refused, with what is taken",
    (header) => {
      expect(() => contentCodingOf(header)).toThrow(ProblemError);
    },
  );
});

class PeakBudget extends ByteBudget {
  peak = 0;

  override take(bytes: number): boolean {
    const isTaken = super.take(bytes);
    this.peak = Math.max(this.peak, this.bytes);
    return isTaken;
  }
}

function corrupted(gzip: Buffer): Buffer {
  const copy = Buffer.from(gzip);
  const at = copy.length - 8;
  copy.writeUInt8(copy.readUInt8(at) ^ 0xff, at);
  return copy;
}
