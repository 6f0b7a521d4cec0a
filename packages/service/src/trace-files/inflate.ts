import type { Transform } from "node:stream";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { ZSTD_MAGIC } from "./detect-format.ts";

export type Compression = "gzip" | "zstd";

/** The bytes are not what their compression says. What came before was given out. */
export class BadCompression extends Error {
  override readonly name = "BadCompression";
}

const CHUNK_BYTES = 256 * 1024;
/** Inflated in one step: a bomb makes at most a thousand times as much of it. */
const STEP_BYTES = 32 * 1024;
/** Traces compress ten to fifty times. What is far beyond that, and much, was made to hurt. */
const RATIO_MAX = 500;
const RATIO_FROM_BYTES = 64 * 2 ** 20;

/** By the first bytes; a name may lie. */
export function compressionOf(first: Uint8Array): Compression | undefined {
  if (first[0] === 0x1f && first[1] === 0x8b) return "gzip";
  const head = Buffer.from(first.buffer, first.byteOffset, first.length);
  return head.length >= 4 && head.readUInt32LE(0) === ZSTD_MAGIC ? "zstd" : undefined;
}

/** Inflates bytes that come in pieces. Where the input breaks, everything up to there is out before it throws. */
export class Inflater {
  readonly #stream: Transform;
  readonly #out: Buffer[] = [];
  readonly #closed: Promise<void>;
  #error: Error | undefined;
  #bytesIn = 0;
  #bytesOut = 0;

  constructor(compression: Compression) {
    this.#stream =
      compression === "gzip"
        ? createGunzip({ chunkSize: CHUNK_BYTES })
        : createZstdDecompress({ chunkSize: CHUNK_BYTES });
    // Flowing, so that all that one write yields is here when it is done, also where the next one fails.
    this.#stream.on("data", (chunk: Buffer) => {
      this.#bytesOut += chunk.length;
      this.#out.push(chunk);
    });
    this.#stream.on("error", (error) => {
      this.#error = error;
    });
    this.#closed = new Promise((resolve) => {
      this.#stream.once("close", resolve);
    });
  }

  /** What the chunk inflates to. The chunk may be reused once the last of it was given out. */
  async *push(chunk: Uint8Array): AsyncGenerator<Buffer> {
    for (let at = 0; at < chunk.length; at += STEP_BYTES) {
      const step = chunk.subarray(at, at + STEP_BYTES);
      this.#bytesIn += step.length;
      await this.#write(step);
      yield* this.#take();
      if (this.#error !== undefined)
        throw new BadCompression("the compressed data is damaged from here on");
      if (this.#bytesOut > RATIO_FROM_BYTES && this.#bytesOut > RATIO_MAX * this.#bytesIn)
        throw new BadCompression(`it inflates to more than ${RATIO_MAX} times its size`);
    }
  }

  /** The rest. Throws where the input was cut off. */
  async *end(): AsyncGenerator<Buffer> {
    this.#stream.end();
    await this.#closed;
    yield* this.#take();
    if (this.#error !== undefined) throw new BadCompression("the compressed data is cut off");
  }

  close(): void {
    this.#stream.destroy();
  }

  #take(): Buffer[] {
    return this.#out.splice(0);
  }

  async #write(step: Uint8Array): Promise<void> {
    if (this.#stream.destroyed) return;
    // A write that fails is not called back; but the stream closes.
    await Promise.race([
      new Promise<void>((resolve) => {
        this.#stream.write(step, () => {
          resolve();
        });
      }),
      this.#closed,
    ]);
  }
}
