import type { DatabaseSync } from "node:sqlite";
import { HeadwayError } from "@headway/core";

/**
 * Each entry takes a file from the version before to its own, which is its place counted from 1. Append only: a file
 * in the field may stand at any of them.
 */
const MIGRATIONS: readonly string[] = [
  `CREATE TABLE record (
     tenant TEXT NOT NULL,
     key TEXT NOT NULL,
     value TEXT NOT NULL,
     PRIMARY KEY (tenant, key)
   );
   CREATE TABLE audit (
     sequence INTEGER PRIMARY KEY,
     tenant TEXT NOT NULL,
     at_ms REAL NOT NULL,
     kind TEXT NOT NULL,
     dependency TEXT,
     principal TEXT NOT NULL,
     summary TEXT NOT NULL,
     id TEXT
   );
   CREATE INDEX audit_tenant ON audit (tenant, sequence);
   CREATE INDEX audit_dependency ON audit (tenant, dependency, sequence);`,
];

export const SCHEMA_VERSION = MIGRATIONS.length;

/** Brings the file to the version this code knows; a file of a newer version is left alone. */
export function migrate(database: DatabaseSync, path: string): void {
  database.exec("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)");
  const version = Number(
    database.prepare("SELECT max(version) AS version FROM schema_version").get()?.["version"] ?? 0,
  );
  if (version > SCHEMA_VERSION) {
    throw new HeadwayError(
      "ERR_STORE_VERSION",
      `${path} must be of schema version ${SCHEMA_VERSION} or older, got ${version}: a newer Headway wrote it`,
    );
  }
  for (const [index, sql] of MIGRATIONS.entries()) {
    if (index < version) continue;
    database.exec(`BEGIN; ${sql} INSERT INTO schema_version VALUES (${index + 1}); COMMIT`);
  }
}
