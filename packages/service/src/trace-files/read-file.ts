import { open } from "node:fs/promises";

/** Larger reads gain nothing, and smaller ones cost a turn of the event loop each. */
const CHUNK_BYTES = 1024 * 1024;

/** A file's bytes in order. One chunk is read ahead while another is worked on; each is valid until the next is asked for. */
export async function* readFileChunks(path: string): AsyncGenerator<Buffer> {
  const file = await open(path);
  let ahead: Promise<{ readonly bytesRead: number; readonly buffer: Buffer }> | undefined;
  try {
    let current = Buffer.allocUnsafeSlow(CHUNK_BYTES);
    let next = Buffer.allocUnsafeSlow(CHUNK_BYTES);
    ahead = file.read(current, 0, CHUNK_BYTES);
    for (;;) {
      const { bytesRead } = await ahead;
      if (bytesRead === 0) return;
      ahead = file.read(next, 0, CHUNK_BYTES);
      yield current.subarray(0, bytesRead);
      [current, next] = [next, current];
    }
  } finally {
    // Not closed under a read that is still on its way.
    await ahead?.catch(() => undefined);
    await file.close();
  }
}
