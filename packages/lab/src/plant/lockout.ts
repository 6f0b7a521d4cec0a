export interface LockoutOptions {
  readonly failuresPerMinute: number;
  readonly forS: number;
}

const WINDOW_MS = 60_000;

/**
 * Shuts out a client with more failing requests than allowed within any minute. A request fails that is answered with an error or a
 * throttle, or that its caller gives up. What is answered because of the lockout itself counts for nothing, or it would never end.
 */
export class Lockout {
  readonly #options: LockoutOptions;
  readonly #clients = new Map<number, { failedMs: number[]; untilMs: number }>();

  constructor(options: LockoutOptions) {
    this.#options = options;
  }

  isOut(client: number, nowMs: number): boolean {
    return (this.#clients.get(client)?.untilMs ?? 0) > nowMs;
  }

  /** Says whether the client is locked out for it. */
  failed(client: number, nowMs: number): boolean {
    const { failuresPerMinute, forS } = this.#options;
    const record = this.#recordOf(client);
    if (record.untilMs > nowMs) return false;
    record.failedMs.push(nowMs);
    if (record.failedMs.length <= failuresPerMinute) return false;
    // One more than allowed is kept, so the first of them tells whether they all fell into one minute.
    const firstMs = record.failedMs.shift()!;
    if (nowMs - firstMs >= WINDOW_MS) return false;
    record.failedMs = [];
    record.untilMs = nowMs + forS * 1_000;
    return true;
  }

  #recordOf(client: number): { failedMs: number[]; untilMs: number } {
    let record = this.#clients.get(client);
    if (record === undefined) this.#clients.set(client, (record = { failedMs: [], untilMs: 0 }));
    return record;
  }
}
