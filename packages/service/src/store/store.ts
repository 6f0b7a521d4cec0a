import type { AuditEntry, EngineRecord } from "@headway/core";

/** What one tick of one tenant leaves behind. Kept as a whole or not at all. */
export interface StoreBatch {
  readonly tenant: string;
  /** Last write of a key wins; a value of `undefined` deletes. */
  readonly records: readonly EngineRecord[];
  readonly audit: readonly AuditEntry[];
}

/** An entry with its place in the order of all entries, which is also the cursor to go on from. */
export interface AuditRow extends AuditEntry {
  readonly sequence: number;
}

export interface AuditQuery {
  readonly tenant: string;
  readonly dependency?: string;
  readonly kind?: string;
  /** Only rows older than this sequence. */
  readonly before?: number;
  readonly limit: number;
}

/**
 * Where engine state outlives the process: small records by key and an append-only audit, both per tenant.
 *
 * Asynchronous although both implementations here answer at once, because the same seam is where a replicated
 * key-value engine fits, and its writes wait for a quorum.
 */
export interface Store {
  /** Every tenant that has records. */
  tenants(): Promise<readonly string[]>;
  load(tenant: string): Promise<readonly EngineRecord[]>;
  commit(batch: StoreBatch): Promise<void>;
  /** Newest first. */
  audit(query: AuditQuery): Promise<readonly AuditRow[]>;
  close(): Promise<void>;
}

/** Audit rows kept over all tenants; the oldest go first. */
export const AUDIT_ROWS_MAX = 1_000_000;

export interface StoreOptions {
  readonly auditRowsMax?: number;
}
