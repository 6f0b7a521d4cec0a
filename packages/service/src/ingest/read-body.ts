import type { Readable } from "node:stream";
import { createGunzip, createInflate } from "node:zlib";
import { ProblemError } from "../problem.ts";
import type { ByteBudget } from "./byte-budget.ts";

export type ContentCoding = "identity" | "gzip" | "deflate";

export interface ReadBodyOptions {
  readonly coding: ContentCoding;
  /** What the sender says will come. */
  readonly contentLength: number | undefined;
  readonly wireBytesMax: number;
  readonly inflatedBytesMax: number;
  readonly budget: ByteBudget;
}

export interface Body {
  readonly bytes: Buffer;
  readonly wireBytes: number;
}

/** Larger than zlib's own 16 KiB: a batch of spans inflates in a few steps, and a bomb is still stopped within one. */
const INFLATE_CHUNK_BYTES = 256 * 1024;

const RETRY_AFTER_SECONDS = 2;

/**
 * Reads one body whole and hands it to `use`, counting bytes as they come and as they inflate: neither a large body nor
 * a small one that inflates to gigabytes is ever held beyond its limit. All of it counts against the budget until
 * `use` has returned.
 */
export async function withBody<Result>(
  source: Readable,
  options: ReadBodyOptions,
  use: (body: Body) => Result,
): Promise<Result> {
  const wire = new Collector("as sent", options.wireBytesMax, options.budget);
  const inflated = new Collector("once decompressed", options.inflatedBytesMax, options.budget);
  try {
    await receive(source, wire, options.contentLength);
    if (options.coding === "identity") return use({ bytes: wire.concat(), wireBytes: wire.bytes });
    await inflate(options.coding, wire, inflated);
    return use({ bytes: inflated.concat(), wireBytes: wire.bytes });
  } finally {
    wire.giveBack();
    inflated.giveBack();
  }
}

export function contentCodingOf(header: string | undefined): ContentCoding {
  const coding = header?.trim().toLowerCase() ?? "";
  if (coding === "gzip" || coding === "x-gzip") return "gzip";
  if (coding === "deflate") return "deflate";
  if (coding === "identity" || coding === "") return "identity";
  throw new ProblemError(
    "ERR_CONTENT_ENCODING",
    "Content-Encoding must be gzip, deflate or identity.",
    {
      headers: { "accept-encoding": "gzip, deflate" },
    },
  );
}

async function receive(source: Readable, wire: Collector, contentLength = 0): Promise<void> {
  try {
    wire.expect(contentLength);
    // A refusal leaves the stream as it is: the answer has yet to go out over the same connection.
    for await (const chunk of source.iterator({ destroyOnReturn: false })) wire.push(chunk);
  } catch (error) {
    source.resume();
    throw error instanceof ProblemError
      ? error
      : new ProblemError("ERR_REQUEST_INVALID", "The body ended early.");
  }
}

async function inflate(
  coding: "gzip" | "deflate",
  wire: Collector,
  inflated: Collector,
): Promise<void> {
  const stream = (coding === "gzip" ? createGunzip : createInflate)({
    chunkSize: INFLATE_CHUNK_BYTES,
  });
  stream.end(wire.concat());
  try {
    for await (const chunk of stream) inflated.push(chunk);
  } catch (error) {
    if (error instanceof ProblemError) throw error;
    throw new ProblemError("ERR_BODY_UNDECODABLE", `The body is not valid ${coding}.`);
  }
}

class Collector {
  readonly #what: string;
  readonly #bytesMax: number;
  readonly #budget: ByteBudget;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(what: string, bytesMax: number, budget: ByteBudget) {
    this.#what = what;
    this.#bytesMax = bytesMax;
    this.#budget = budget;
  }

  get bytes(): number {
    return this.#bytes;
  }

  expect(bytes: number): void {
    if (bytes <= this.#bytesMax) return;
    // The rest of the body is still on its way; after the answer this connection is of no more use.
    throw new ProblemError(
      "ERR_BODY_TOO_LARGE",
      `A body may have ${this.#bytesMax} bytes ${this.#what}.`,
      {
        headers: { connection: "close" },
      },
    );
  }

  push(chunk: Buffer): void {
    this.expect(this.#bytes + chunk.length);
    if (!this.#budget.take(chunk.length)) throw overloaded();
    this.#bytes += chunk.length;
    this.#chunks.push(chunk);
  }

  concat(): Buffer {
    const [only] = this.#chunks;
    return this.#chunks.length === 1 && only !== undefined
      ? only
      : Buffer.concat(this.#chunks, this.#bytes);
  }

  giveBack(): void {
    this.#budget.giveBack(this.#bytes);
    this.#bytes = 0;
  }
}

function overloaded(): ProblemError {
  return new ProblemError("ERR_OVERLOADED", "Too many bytes are being received at once.", {
    retryAfterSeconds: RETRY_AFTER_SECONDS,
    headers: { connection: "close" },
  });
}
