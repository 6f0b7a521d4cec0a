import type { AuditEntry, EngineRecord } from "@headway/core";
import type { Store } from "../store/store.ts";

export interface JournalOptions {
  readonly tenant: string;
  readonly store: Store;
  /** Told of the first failure, and of the next only after a commit went well in between. */
  readonly onError: (error: unknown) => void;
  /** Entries that wait while the store fails; over it the oldest are dropped and counted. */
  readonly auditWaitingMax?: number;
}

export interface WriteOptions {
  /** Dependencies whose records go first. */
  readonly urgent?: ReadonlySet<string>;
  /** Whether others are written, too. */
  readonly rest?: boolean;
}

export interface JournalCounts {
  readonly commits: number;
  readonly failures: number;
  readonly auditDropped: number;
}

const AUDIT_WAITING_MAX = 10_000;

/** So many records are 12 ms of a store that writes on this thread, in which nobody else is answered. */
const RECORDS_PER_COMMIT_MAX = 250;

const NONE: ReadonlySet<string> = new Set();

/**
 * Writes what ticks leave behind, one commit at a time. While a commit is under way or fails, later writes of the same
 * key replace earlier ones, so what waits is bounded by the number of keys and a slow store never delays a tick.
 */
export class Journal {
  readonly #options: JournalOptions;
  readonly #counts = { commits: 0, failures: 0, auditDropped: 0 };
  #records = new Map<string, EngineRecord>();
  #audit: AuditEntry[] = [];
  #committing: Promise<void> | undefined;
  #isFailing = false;

  constructor(options: JournalOptions) {
    this.#options = options;
  }

  get counts(): JournalCounts {
    return this.#counts;
  }

  add(records: readonly EngineRecord[], audit: readonly AuditEntry[]): void {
    for (const record of records) this.#records.set(record.key, record);
    this.#audit.push(...audit);
    this.#bound();
  }

  /** Records that wait. */
  get waiting(): number {
    return this.#records.size;
  }

  /**
   * Starts a commit of all audit entries, of the records of `urgent` dependencies, and then, with `rest`, of others. Does
   * nothing while a commit is under way: that one's end does not start another, the next tick does.
   */
  write({ urgent = NONE, rest = true }: WriteOptions = {}): void {
    this.#committing ??= this.#commit(urgent, rest).finally(() => (this.#committing = undefined));
  }

  /** Done when the audit entries and the records of `urgent` that wait now are written, or the store has refused them. */
  async written(urgent: ReadonlySet<string>): Promise<void> {
    await this.#idle();
    this.write({ urgent, rest: false });
    await this.#idle();
  }

  /** Writes all that waits, and is done when it is written or has failed. */
  async flush(): Promise<void> {
    await this.#committing;
    const { failures } = this.#counts;
    while (this.#records.size + this.#audit.length > 0 && this.#counts.failures === failures) {
      this.write();
      await this.#committing;
    }
  }

  async #idle(): Promise<void> {
    while (this.#committing !== undefined) await this.#committing;
  }

  async #commit(urgent: ReadonlySet<string>, rest: boolean): Promise<void> {
    const records = this.#takeRecords(urgent, rest);
    const audit = this.#audit;
    if (records.size === 0 && audit.length === 0) return;
    this.#audit = [];
    try {
      const { store, tenant } = this.#options;
      await store.commit({ tenant, records: [...records.values()], audit });
      this.#counts.commits += 1;
      this.#isFailing = false;
    } catch (error) {
      this.#takeBack(records, audit);
      this.#failed(error);
    }
  }

  #takeRecords(urgent: ReadonlySet<string>, rest: boolean): Map<string, EngineRecord> {
    const taken = new Map<string, EngineRecord>();
    const take = (isWanted: (key: string) => boolean): void => {
      for (const [key, record] of this.#records) {
        if (taken.size >= RECORDS_PER_COMMIT_MAX) return;
        if (isWanted(key)) taken.set(key, record);
      }
    };
    if (urgent.size > 0) take((key) => urgent.has(dependencyOf(key)));
    if (rest) take(() => true);
    for (const key of taken.keys()) this.#records.delete(key);
    return taken;
  }

  #takeBack(records: Map<string, EngineRecord>, audit: AuditEntry[]): void {
    // What was written since is newer than what failed, so it stays on top.
    this.#records = new Map([...records, ...this.#records]);
    this.#audit = [...audit, ...this.#audit];
    this.#bound();
  }

  #bound(): void {
    const excess = this.#audit.length - (this.#options.auditWaitingMax ?? AUDIT_WAITING_MAX);
    if (excess <= 0) return;
    this.#audit.splice(0, excess);
    this.#counts.auditDropped += excess;
  }

  #failed(error: unknown): void {
    this.#counts.failures += 1;
    if (!this.#isFailing) this.#options.onError(error);
    this.#isFailing = true;
  }
}

/** Of a record's key, which is what it is of, a colon, and the dependency. */
function dependencyOf(key: string): string {
  return key.slice(key.indexOf(":") + 1);
}
