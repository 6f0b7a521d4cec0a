import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SCHEMA_VERSION } from "./sqlite-schema.ts";
import { SqliteStore } from "./sqlite-store.ts";

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "headway-sqlite-"));
  path = join(directory, "headway.db");
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

const audit = [
  { atMs: 1, kind: "override.set", dependency: "tool:a", by: "ada", summary: "why", id: null },
];

async function written(count = 1): Promise<void> {
  const store = new SqliteStore({ path });
  const records = Array.from({ length: count }, (_, index) => ({
    key: `dep:${index}`,
    value: "x".repeat(2_000),
  }));
  await store.commit({ tenant: "t", records, audit });
  await store.close();
}

describe("SqliteStore", () => {
  it("has everything again when it is opened again", async () => {
    await written();
    const store = new SqliteStore({ path });
    expect(await store.load("t")).toHaveLength(1);
    expect(await store.audit({ tenant: "t", limit: 10 })).toMatchObject(audit);
    await store.close();
  });

  it("has a commit although the process never closed the file", async () => {
    const store = new SqliteStore({ path });
    await store.commit({ tenant: "t", records: [{ key: "a", value: 1 }], audit: [] });
    const copy = join(directory, "copy.db");
    copyFileSync(path, copy);
    copyFileSync(`${path}-wal`, `${copy}-wal`);
    await store.close();
    const survivor = new SqliteStore({ path: copy });
    expect(await survivor.load("t")).toEqual([{ key: "a", value: 1 }]);
    await survivor.close();
  });

  it("goes on counting audit rows where it was, whatever was trimmed", async () => {
    const first = new SqliteStore({ path, auditRowsMax: 1 });
    await first.commit({ tenant: "t", records: [], audit: [...audit, ...audit] });
    const before = (await first.audit({ tenant: "t", limit: 10 })).map(({ sequence }) => sequence);
    await first.close();
    const second = new SqliteStore({ path, auditRowsMax: 1 });
    await second.commit({ tenant: "t", records: [], audit });
    const after = (await second.audit({ tenant: "t", limit: 10 })).map(({ sequence }) => sequence);
    await second.close();
    expect([before, after]).toEqual([[2], [3]]);
  });

  it("says so when the file is no database", () => {
    writeFileSync(path, "This is a text.".repeat(1_000));
    expect(() => new SqliteStore({ path })).toThrow(
      expect.objectContaining({
        code: "ERR_STORE_CORRUPT",
        message: expect.stringContaining(path),
      }),
    );
    expect(readFileSync(path, "utf8")).toContain("This is a text.");
  });

  it("says so when pages in the middle are damaged", async () => {
    await written(200);
    const bytes = readFileSync(path);
    bytes.fill(0xa5, 4_096 * 6, 4_096 * 60);
    writeFileSync(path, bytes);
    expect(() => new SqliteStore({ path })).toThrow(
      expect.objectContaining({ code: "ERR_STORE_CORRUPT" }),
    );
  });

  it("leaves a file of a newer version alone", async () => {
    await written();
    const database = new DatabaseSync(path);
    database.exec(`INSERT INTO schema_version VALUES (${SCHEMA_VERSION + 1})`);
    database.close();
    expect(() => new SqliteStore({ path })).toThrow(
      expect.objectContaining({ code: "ERR_STORE_VERSION" }),
    );
  });

  it("is one process' own while it is open", async () => {
    const store = new SqliteStore({ path });
    expect(() => new SqliteStore({ path, lockWaitMs: 10 })).toThrow(
      expect.objectContaining({ code: "ERR_STORE_LOCKED" }),
    );
    await store.close();
    await new SqliteStore({ path, lockWaitMs: 10 }).close();
  });

  it("refuses a commit after it was closed, rather than lose it", async () => {
    const store = new SqliteStore({ path });
    await store.close();
    await store.close();
    await expect(store.commit({ tenant: "t", records: [], audit })).rejects.toThrow(
      "database is not open",
    );
  });
});
