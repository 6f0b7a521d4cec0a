import type { ServerResponse } from "node:http";

export interface StreamClientOptions {
  readonly instance: string;
  readonly response: ServerResponse;
  /** Bytes that may wait unread before the client is dropped. */
  readonly backlogBytesMax: number;
  readonly onDropped: () => void;
}

/** One open stream. Frames are shared buffers: what a thousand slow clients have not read yet is in memory once. */
export class StreamClient {
  readonly instance: string;
  readonly #options: StreamClientOptions;

  constructor(options: StreamClientOptions) {
    this.instance = options.instance;
    this.#options = options;
  }

  /**
   * A client that does not read is cut off rather than served from a queue without end: it reconnects, gets a
   * snapshot, and by then that is all it needs. The bound is checked before the write, so a snapshot of any size fits
   * a client that keeps up.
   */
  send(frame: Buffer): void {
    const { response, backlogBytesMax, onDropped } = this.#options;
    if (response.destroyed) return;
    if (response.writableLength > backlogBytesMax) {
      onDropped();
      response.destroy();
      return;
    }
    response.write(frame);
  }

  end(): void {
    this.#options.response.end();
  }
}

export function eventFrame(event: string, id: number, data: string): Buffer {
  return Buffer.from(`event: ${event}\nid: ${id}\ndata: ${data}\n\n`, "utf8");
}

export function commentFrame(text: string): Buffer {
  return Buffer.from(`: ${text}\n\n`, "utf8");
}
