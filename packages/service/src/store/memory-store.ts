import type { AuditEntry, EngineRecord } from "@headway/core";
import { AUDIT_ROWS_MAX } from "./store.ts";
import type { AuditQuery, AuditRow, Store, StoreBatch, StoreOptions } from "./store.ts";

interface TenantAuditRow extends AuditRow {
  readonly tenant: string;
}

/** Gone with the process. For tests, and for a service that may forget. */
export class MemoryStore implements Store {
  readonly #auditRowsMax: number;
  /** By tenant, then key. Held as JSON, so that nobody changes what is stored by changing what was given. */
  readonly #records = new Map<string, Map<string, string>>();
  readonly #audit: TenantAuditRow[] = [];
  #sequence = 0;

  constructor({ auditRowsMax = AUDIT_ROWS_MAX }: StoreOptions = {}) {
    this.#auditRowsMax = auditRowsMax;
  }

  async tenants(): Promise<readonly string[]> {
    return [...this.#records].filter(([, records]) => records.size > 0).map(([tenant]) => tenant);
  }

  async load(tenant: string): Promise<readonly EngineRecord[]> {
    const records = this.#records.get(tenant) ?? new Map<string, string>();
    return [...records].map(([key, json]) => ({ key, value: JSON.parse(json) }));
  }

  async commit({ tenant, records, audit }: StoreBatch): Promise<void> {
    // Serialised before anything is kept: a value that has no JSON fails the batch as a whole.
    const written = records.map(({ key, value }) => ({ key, json: recordJson(value) }));
    const stored = this.#records.get(tenant) ?? new Map<string, string>();
    this.#records.set(tenant, stored);
    for (const { key, json } of written) {
      if (json === undefined) stored.delete(key);
      else stored.set(key, json);
    }
    this.#append(tenant, audit);
  }

  async audit({
    tenant,
    dependency,
    kind,
    before,
    limit,
  }: AuditQuery): Promise<readonly AuditRow[]> {
    const rows: AuditRow[] = [];
    for (let index = this.#audit.length - 1; index >= 0 && rows.length < limit; index -= 1) {
      const { tenant: owner, ...row } = this.#audit[index]!;
      if (owner !== tenant || (before !== undefined && row.sequence >= before)) continue;
      if (dependency !== undefined && row.dependency !== dependency) continue;
      if (kind !== undefined && row.kind !== kind) continue;
      rows.push(row);
    }
    return rows;
  }

  async close(): Promise<void> {}

  #append(tenant: string, entries: readonly AuditEntry[]): void {
    for (const entry of entries)
      this.#audit.push({ ...entry, tenant, sequence: (this.#sequence += 1) });
    this.#audit.splice(0, Math.max(0, this.#audit.length - this.#auditRowsMax));
  }
}

/** `undefined` where the record is deleted. */
export function recordJson(value: unknown): string | undefined {
  return value === undefined ? undefined : JSON.stringify(value);
}
