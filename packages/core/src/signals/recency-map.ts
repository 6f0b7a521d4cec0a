interface Entry<V> {
  readonly key: string;
  readonly value: V;
  older: Entry<V> | undefined;
  newer: Entry<V> | undefined;
}

/**
 * A map that gives its oldest entry away in constant time. A plain Map holds its oldest key first too, but to reach it steps
 * over the hole of every key deleted since the last rehash: with ten thousand entries that come and go, thousands of steps.
 */
export class RecencyMap<V> {
  readonly #entries = new Map<string, Entry<V>>();
  #oldest: Entry<V> | undefined;
  #newest: Entry<V> | undefined;

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): V | undefined {
    return this.#entries.get(key)?.value;
  }

  /** What `get` gives, and is the newest from then on. */
  touch(key: string): V | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    if (entry !== this.#newest) {
      this.#unlink(entry);
      this.#link(entry);
    }
    return entry.value;
  }

  /** The key must be new. */
  add(key: string, value: V): void {
    const entry: Entry<V> = { key, value, older: undefined, newer: undefined };
    this.#entries.set(key, entry);
    this.#link(entry);
  }

  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#unlink(entry);
  }

  /** Undefined where there is none. */
  takeOldest(): V | undefined {
    const oldest = this.#oldest;
    if (oldest !== undefined) this.delete(oldest.key);
    return oldest?.value;
  }

  /** Oldest first; the entry told of may be deleted meanwhile. */
  *[Symbol.iterator](): IterableIterator<readonly [key: string, value: V]> {
    let entry = this.#oldest;
    while (entry !== undefined) {
      const { newer } = entry;
      yield [entry.key, entry.value];
      entry = newer;
    }
  }

  #link(entry: Entry<V>): void {
    entry.older = this.#newest;
    entry.newer = undefined;
    if (this.#newest === undefined) this.#oldest = entry;
    else this.#newest.newer = entry;
    this.#newest = entry;
  }

  #unlink({ older, newer }: Entry<V>): void {
    if (older === undefined) this.#oldest = newer;
    else older.newer = newer;
    if (newer === undefined) this.#newest = older;
    else newer.older = older;
  }
}
