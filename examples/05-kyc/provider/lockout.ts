const WINDOW_MS = 60_000;

/**
 * Locks out a client with more than `failuresMax` failing requests in the last minute. The refusals of a locked-out client are failing
 * requests themselves, as they are at providers that guard against password spraying: only silence opens the door again.
 */
export class Lockout {
  readonly #failuresMax: number;
  readonly #failures = new Map<string, number[]>();
  readonly #locked = new Set<string>();
  #lockouts = 0;

  constructor(failuresMax: number) {
    this.#failuresMax = failuresMax;
  }

  /** Times a client was locked out, so far. */
  get lockouts(): number {
    return this.#lockouts;
  }

  failed(client: string, atMs: number): void {
    const failures = this.#failures.get(client) ?? [];
    failures.push(atMs);
    this.#failures.set(client, failures);
    if (!this.isLocked(client, atMs) || this.#locked.has(client)) return;
    this.#locked.add(client);
    this.#lockouts += 1;
  }

  isLocked(client: string, atMs: number): boolean {
    const failures = this.#failures.get(client);
    if (failures === undefined) return false;
    while (failures.length > 0 && failures[0]! <= atMs - WINDOW_MS) failures.shift();
    if (failures.length > this.#failuresMax) return true;
    this.#locked.delete(client);
    return false;
  }

  clientsLocked(atMs: number): number {
    return [...this.#failures.keys()].filter((client) => this.isLocked(client, atMs)).length;
  }
}
