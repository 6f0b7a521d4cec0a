import { DatabaseSync } from "node:sqlite";
import type { SQLOutputValue, StatementSync } from "node:sqlite";
import { HeadwayError } from "@headway/core";
import type { AuditEntry, EngineRecord } from "@headway/core";
import { recordJson } from "./memory-store.ts";
import { migrate } from "./sqlite-schema.ts";
import { AUDIT_ROWS_MAX } from "./store.ts";
import type { AuditQuery, AuditRow, Store, StoreBatch, StoreOptions } from "./store.ts";

export interface SqliteStoreOptions extends StoreOptions {
  readonly path: string;
  /** How long to wait for a process that still holds the file, such as the one this one replaces. */
  readonly lockWaitMs?: number;
}

/** SQLite's primary result codes. */
const SQLITE_BUSY = 5;
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

/**
 * One file, held by one process: two engines that write the same state would each undo the other's.
 *
 * Write-ahead log with `synchronous = NORMAL`: a commit survives the death of the process, `kill -9` included, and the
 * file stays consistent through a power cut, which may take the last commits with it. In exchange no tick waits for the disk.
 */
export class SqliteStore implements Store {
  readonly #database: DatabaseSync;
  readonly #auditRowsMax: number;
  readonly #statements: Statements;

  constructor({ path, auditRowsMax = AUDIT_ROWS_MAX, lockWaitMs = 5_000 }: SqliteStoreOptions) {
    this.#auditRowsMax = auditRowsMax;
    this.#database = open(path, lockWaitMs);
    this.#statements = prepare(this.#database);
  }

  async tenants(): Promise<readonly string[]> {
    return this.#statements.tenants.all().map((row) => text(row["tenant"]));
  }

  async load(tenant: string): Promise<readonly EngineRecord[]> {
    return this.#statements.load.all(tenant).map((row) => ({
      key: text(row["key"]),
      value: JSON.parse(text(row["value"])),
    }));
  }

  async commit({ tenant, records, audit }: StoreBatch): Promise<void> {
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      for (const record of records) this.#write(tenant, record);
      for (const entry of audit) this.#append(tenant, entry);
      if (audit.length > 0) this.#statements.trim.run(this.#auditRowsMax);
      this.#database.exec("COMMIT");
    } catch (error) {
      // A full disk may have rolled back already; a second rollback would hide the cause.
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw error;
    }
  }

  async audit({
    tenant,
    dependency,
    kind,
    before,
    limit,
  }: AuditQuery): Promise<readonly AuditRow[]> {
    const { audit, auditOfDependency } = this.#statements;
    const last = before ?? Number.MAX_SAFE_INTEGER;
    const rows =
      dependency === undefined
        ? audit.all(tenant, last, kind ?? null, limit)
        : auditOfDependency.all(tenant, dependency, last, kind ?? null, limit);
    return rows.map(auditRow);
  }

  async close(): Promise<void> {
    if (this.#database.isOpen) this.#database.close();
  }

  #write(tenant: string, { key, value }: EngineRecord): void {
    const json = recordJson(value);
    if (json === undefined) this.#statements.erase.run(tenant, key);
    else this.#statements.write.run(tenant, key, json);
  }

  #append(tenant: string, { atMs, kind, dependency, by, summary, id }: AuditEntry): void {
    this.#statements.append.run(tenant, atMs, kind, dependency, by, summary, id);
  }
}

type Statements = Readonly<
  Record<
    "tenants" | "load" | "write" | "erase" | "append" | "trim" | "audit" | "auditOfDependency",
    StatementSync
  >
>;

const AUDIT_COLUMNS = "sequence, at_ms, kind, dependency, principal, summary, id";

function prepare(database: DatabaseSync): Statements {
  const sql = (text: string): StatementSync => database.prepare(text);
  return {
    tenants: sql("SELECT DISTINCT tenant FROM record ORDER BY tenant"),
    load: sql("SELECT key, value FROM record WHERE tenant = ?"),
    write: sql(
      "INSERT INTO record VALUES (?, ?, ?) ON CONFLICT (tenant, key) DO UPDATE SET value = excluded.value",
    ),
    erase: sql("DELETE FROM record WHERE tenant = ? AND key = ?"),
    append: sql(
      "INSERT INTO audit (tenant, at_ms, kind, dependency, principal, summary, id) VALUES (?, ?, ?, ?, ?, ?, ?)",
    ),
    // Sequences have no holes, so the newest n rows are those above the last less n, and nothing has to be counted.
    trim: sql("DELETE FROM audit WHERE sequence <= (SELECT max(sequence) FROM audit) - ?"),
    audit: sql(
      `SELECT ${AUDIT_COLUMNS} FROM audit WHERE tenant = ? AND sequence < ? AND kind = coalesce(?, kind)
       ORDER BY sequence DESC LIMIT ?`,
    ),
    auditOfDependency: sql(
      `SELECT ${AUDIT_COLUMNS} FROM audit WHERE tenant = ? AND dependency = ? AND sequence < ? AND kind = coalesce(?, kind)
       ORDER BY sequence DESC LIMIT ?`,
    ),
  };
}

function open(path: string, lockWaitMs: number): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: lockWaitMs });
    database.exec(
      "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL",
    );
    migrate(database, path);
    assertSound(database, path);
    return database;
  } catch (error) {
    database?.close();
    throw openError(path, error);
  }
}

/** Only the records are checked: they are few, and a damaged audit must not keep the service from starting. */
function assertSound(database: DatabaseSync, path: string): void {
  const found = database.prepare("PRAGMA quick_check('record')").get()?.["quick_check"];
  if (found !== "ok")
    throw new HeadwayError("ERR_STORE_CORRUPT", corruptMessage(path, String(found)));
}

function openError(path: string, error: unknown): unknown {
  if (!(error instanceof Error) || !("errcode" in error)) return error;
  // Extended codes carry the primary one in the low byte.
  const code = Number(error.errcode) & 0xff;
  if (code === SQLITE_BUSY) {
    return new HeadwayError(
      "ERR_STORE_LOCKED",
      `${path} must not be in use, got a lock held by another process`,
    );
  }
  if (code !== SQLITE_CORRUPT && code !== SQLITE_NOTADB) return error;
  return new HeadwayError("ERR_STORE_CORRUPT", corruptMessage(path, error.message));
}

function corruptMessage(path: string, found: string): string {
  return `${path} must be a sound SQLite file, got "${found}"; move it away to start with an empty one`;
}

function auditRow(row: Record<string, SQLOutputValue>): AuditRow {
  return {
    sequence: Number(row["sequence"]),
    atMs: Number(row["at_ms"]),
    kind: text(row["kind"]),
    dependency: textOrNull(row["dependency"]),
    by: text(row["principal"]),
    summary: text(row["summary"]),
    id: textOrNull(row["id"]),
  };
}

function text(value: SQLOutputValue | undefined): string {
  return typeof value === "string" ? value : "";
}

function textOrNull(value: SQLOutputValue | undefined): string | null {
  return typeof value === "string" ? value : null;
}
