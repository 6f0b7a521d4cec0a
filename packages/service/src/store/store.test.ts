import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AuditEntry } from "@headway/core";
import * as fc from "fast-check";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { MemoryStore } from "./memory-store.ts";
import { SqliteStore } from "./sqlite-store.ts";
import type { AuditQuery, Store, StoreOptions } from "./store.ts";

const directory = mkdtempSync(join(tmpdir(), "headway-store-"));
let files = 0;

afterAll(() => rmSync(directory, { recursive: true, force: true }));

function openSqlite(options: StoreOptions): Store {
  files += 1;
  return new SqliteStore({ path: join(directory, `${files}.db`), ...options });
}

function entry(summary: string, changes: Partial<AuditEntry> = {}): AuditEntry {
  const defaults = {
    atMs: 1_767_225_600_000.25,
    kind: "decision.issued",
    dependency: "tool:a",
    by: "headway",
    id: "dec_1",
  };
  return { ...defaults, summary, ...changes };
}

describe.each([
  ["MemoryStore", (options: StoreOptions): Store => new MemoryStore(options)],
  ["SqliteStore", (options: StoreOptions): Store => openSqlite(options)],
] as const)("%s", (_name, open) => {
  let store: Store;

  beforeEach(() => {
    store = open({});
  });

  afterEach(() => store.close());

  const summaries = async (query: Partial<AuditQuery> = {}) =>
    (await store.audit({ tenant: "t", limit: 100, ...query })).map(({ summary }) => summary);

  it("gives back what was committed, tenant by tenant", async () => {
    const value = { a: [1, null, "ü"], b: { c: 0.1 } };
    await store.commit({
      tenant: "t",
      records: [
        { key: "dep:tool:a", value },
        { key: "n", value: null },
      ],
      audit: [],
    });
    await store.commit({ tenant: "u", records: [{ key: "dep:tool:a", value: 2 }], audit: [] });
    const records = await store.load("t");
    expect(records.toSorted((a, b) => (a.key < b.key ? -1 : 1))).toEqual([
      { key: "dep:tool:a", value },
      { key: "n", value: null },
    ]);
    expect(await store.load("u")).toEqual([{ key: "dep:tool:a", value: 2 }]);
    expect(await store.load("nobody")).toEqual([]);
    expect((await store.tenants()).toSorted()).toEqual(["t", "u"]);
  });

  it("overwrites, deletes on undefined, and forgets a tenant without records", async () => {
    await store.commit({
      tenant: "t",
      records: [
        { key: "a", value: 1 },
        { key: "b", value: 1 },
      ],
      audit: [],
    });
    await store.commit({
      tenant: "t",
      records: [
        { key: "a", value: 2 },
        { key: "b", value: undefined },
      ],
      audit: [],
    });
    expect(await store.load("t")).toEqual([{ key: "a", value: 2 }]);
    await store.commit({ tenant: "t", records: [{ key: "a", value: undefined }], audit: [] });
    expect(await store.tenants()).toEqual([]);
  });

  it("keeps what was given, not what it became", async () => {
    const value = { n: 1 };
    await store.commit({ tenant: "t", records: [{ key: "a", value }], audit: [] });
    value.n = 2;
    expect(await store.load("t")).toEqual([{ key: "a", value: { n: 1 } }]);
  });

  it("keeps a batch as a whole or not at all", async () => {
    const cyclic: unknown[] = [];
    cyclic.push(cyclic);
    const records = [
      { key: "a", value: 1 },
      { key: "b", value: cyclic },
    ];
    await expect(store.commit({ tenant: "t", records, audit: [entry("1")] })).rejects.toThrow(
      "circular",
    );
    expect(await store.load("t")).toEqual([]);
    expect(await summaries()).toEqual([]);
    await store.commit({ tenant: "t", records: [{ key: "a", value: 1 }], audit: [entry("2")] });
    expect(await summaries()).toEqual(["2"]);
  });

  it("gives audit entries whole, newest first", async () => {
    const bare = entry("2", { dependency: null, id: null, kind: "policy.changed", by: "ada" });
    await store.commit({ tenant: "t", records: [], audit: [entry("1"), bare] });
    const rows = await store.audit({ tenant: "t", limit: 100 });
    expect(rows).toEqual([
      { sequence: rows[0]!.sequence, ...bare },
      { sequence: rows[1]!.sequence, ...entry("1") },
    ]);
    expect(rows[0]!.sequence).toBeGreaterThan(rows[1]!.sequence);
  });

  it("goes on where a page ended, also when rows were added meanwhile", async () => {
    await store.commit({
      tenant: "t",
      records: [],
      audit: ["1", "2", "3"].map((text) => entry(text)),
    });
    const page = await store.audit({ tenant: "t", limit: 2 });
    await store.commit({ tenant: "t", records: [], audit: [entry("4")] });
    expect(page.map(({ summary }) => summary)).toEqual(["3", "2"]);
    expect(await summaries({ before: page.at(-1)!.sequence })).toEqual(["1"]);
  });

  it("filters by tenant, dependency and kind", async () => {
    await store.commit({
      tenant: "t",
      records: [],
      audit: [
        entry("1"),
        entry("2", { dependency: "tool:b" }),
        entry("3", { kind: "override.set" }),
      ],
    });
    await store.commit({ tenant: "u", records: [], audit: [entry("other")] });
    expect(await summaries({ dependency: "tool:a" })).toEqual(["3", "1"]);
    expect(await summaries({ kind: "override.set" })).toEqual(["3"]);
    expect(await summaries({ dependency: "tool:b", kind: "override.set" })).toEqual([]);
    expect(await summaries({ tenant: "u" })).toEqual(["other"]);
  });

  it("keeps the newest audit rows only", async () => {
    await store.close();
    store = open({ auditRowsMax: 3 });
    for (const text of ["1", "2", "3"])
      await store.commit({ tenant: "t", records: [], audit: [entry(text)] });
    expect(await summaries()).toEqual(["3", "2", "1"]);
    await store.commit({ tenant: "t", records: [], audit: [entry("4"), entry("5")] });
    expect(await summaries()).toEqual(["5", "4", "3"]);
  });

  it("holds what a plain map would hold, after any run of commits", async () => {
    const record = fc.record({
      key: fc.constantFrom("a", "b", "c"),
      value: fc.option(fc.jsonValue(), { nil: undefined }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom("t", "u"), fc.array(record)), { maxLength: 12 }),
        async (batches) => {
          const fresh = open({});
          const model = new Map<string, string>();
          for (const [tenant, records] of batches) {
            await fresh.commit({ tenant, records, audit: [] });
            for (const { key, value } of records) {
              if (value === undefined) model.delete(`${tenant} ${key}`);
              else model.set(`${tenant} ${key}`, JSON.stringify(value));
            }
          }
          const held = new Map<string, string>();
          for (const tenant of await fresh.tenants()) {
            for (const { key, value } of await fresh.load(tenant))
              held.set(`${tenant} ${key}`, JSON.stringify(value));
          }
          await fresh.close();
          expect(Object.fromEntries(held)).toEqual(Object.fromEntries(model));
        },
      ),
      { numRuns: 25 },
    );
  });
});
