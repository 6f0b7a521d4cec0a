import type { ServerResponse } from "node:http";

export interface LiveClientOptions {
  readonly response: ServerResponse;
  /** A client that stays behind for so long is cut off. */
  readonly stuckMs: number;
  readonly onDropped: () => void;
}

/** So much may wait to be read before frames are left out: a link that is merely slow for a second keeps up after all. */
export const LIVE_BACKLOG_BYTES_MAX = 524_288;

/**
 * One page that looks. Frames are not queued for one that does not keep up, because nobody wants to see the last half minute in fast
 * motion: over the backlog it is left out until it has read everything, and then a snapshot puts it where the others are. So what waits
 * in memory for a page is bounded, and frames are shared by all that have not read them.
 */
export class LiveClient {
  readonly #options: LiveClientOptions;
  /** The frame it holds; undefined: it is behind, and needs a snapshot. */
  #frame: number | undefined;
  #behindSinceMs = 0;

  constructor(options: LiveClientOptions) {
    this.#options = options;
  }

  get frame(): number | undefined {
    return this.#frame;
  }

  /** Whether it can be sent anything. One that stays behind for too long is cut off. */
  isReady(nowMs: number): boolean {
    const { response, stuckMs, onDropped } = this.#options;
    if (response.destroyed) return false;
    const isBehind = this.#frame === undefined;
    if (response.writableLength <= (isBehind ? 0 : LIVE_BACKLOG_BYTES_MAX)) return true;
    if (!isBehind) this.#behindSinceMs = nowMs;
    this.#frame = undefined;
    if (nowMs - this.#behindSinceMs > stuckMs) {
      onDropped();
      response.destroy();
    }
    return false;
  }

  send(bytes: Buffer, frame: number): void {
    this.#frame = frame;
    this.#options.response.write(bytes);
  }

  /** A comment, for whoever times out what is silent. */
  beat(bytes: Buffer): void {
    const { response } = this.#options;
    if (!response.destroyed && response.writableLength === 0) response.write(bytes);
  }

  end(): void {
    this.#options.response.end();
  }
}
