import { describe, expect, it } from "vitest";
import { MemoryStore } from "../store/memory-store.ts";
import type { StoreBatch } from "../store/store.ts";
import { Journal } from "./journal.ts";

/** Takes its time: a commit ends when the test says so. */
class SlowStore extends MemoryStore {
  readonly batches: StoreBatch[] = [];
  readonly ends: ((error?: Error) => void)[] = [];

  override commit(batch: StoreBatch): Promise<void> {
    this.batches.push(batch);
    return new Promise((resolve, reject) =>
      this.ends.push((error) => (error === undefined ? resolve() : reject(error))),
    );
  }
}

function create(auditWaitingMax = 10) {
  const store = new SlowStore();
  const errors: unknown[] = [];
  const journal = new Journal({
    tenant: "t",
    store,
    onError: (error) => errors.push(error),
    auditWaitingMax,
  });
  return { store, journal, errors };
}

const entry = (summary: string) => ({
  atMs: 0,
  kind: "k",
  dependency: null,
  by: "headway",
  summary,
  id: null,
});
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("Journal", () => {
  it("has one commit under way at a time, and the next takes all that gathered", async () => {
    const { store, journal } = create();
    for (const value of [1, 2, 3]) {
      journal.add([{ key: "a", value }], [entry(`${value}`)]);
      journal.write();
    }
    expect(store.batches).toMatchObject([{ records: [{ value: 1 }] }]);
    store.ends[0]!();
    await settled();
    journal.write();
    expect(store.batches[1]).toMatchObject({
      records: [{ value: 3 }],
      audit: [{ summary: "2" }, { summary: "3" }],
    });
  });

  it("says when one dependency's records and all audit entries are written, behind a commit that had begun without them", async () => {
    const { store, journal } = create();
    journal.add([{ key: "dep:tool:b", value: 1 }], [entry("1")]);
    journal.write();
    journal.add(
      [
        { key: "override:tool:a", value: 2 },
        { key: "dep:tool:c", value: 3 },
      ],
      [entry("2")],
    );
    let isWritten = false;
    const written = journal.written(new Set(["tool:a"])).then(() => (isWritten = true));
    store.ends[0]!();
    await settled();
    expect(store.batches[1]).toMatchObject({
      records: [{ key: "override:tool:a" }],
      audit: [{ summary: "2" }],
    });
    expect([isWritten, journal.waiting]).toEqual([false, 1]);
    store.ends[1]!(new Error("disk full"));
    await written;
  });

  it("does not let a write that failed undo a newer one", async () => {
    const { store, journal, errors } = create();
    journal.add(
      [
        { key: "a", value: "old" },
        { key: "b", value: "old" },
      ],
      [entry("1")],
    );
    journal.write();
    journal.add([{ key: "a", value: undefined }], [entry("2")]);
    store.ends[0]!(new Error("disk full"));
    await settled();
    journal.write();
    expect(store.batches[1]).toMatchObject({
      records: [
        { key: "a", value: undefined },
        { key: "b", value: "old" },
      ],
      audit: [{ summary: "1" }, { summary: "2" }],
    });
    expect(errors).toHaveLength(1);
  });

  it("keeps no more audit entries than it may while the store fails, and counts the rest", async () => {
    const { store, journal } = create(3);
    journal.add([], [entry("1"), entry("2")]);
    journal.write();
    journal.add([], [entry("3"), entry("4")]);
    store.ends[0]!(new Error("disk full"));
    await settled();
    expect(journal.counts).toEqual({ commits: 0, failures: 1, auditDropped: 1 });
    journal.write();
    expect(store.batches[1]!.audit.map(({ summary }) => summary)).toEqual(["2", "3", "4"]);
  });

  it("writes of the records only those asked for, and of the others the newest, later", async () => {
    const { store, journal } = create();
    journal.add(
      [
        { key: "dep:tool:a", value: 1 },
        { key: "dep:tool:b", value: 1 },
        { key: "override:tool:a", value: 1 },
      ],
      [entry("1")],
    );
    journal.write({ urgent: new Set(["tool:a"]), rest: false });
    expect(store.batches[0]!.records.map(({ key }) => key)).toEqual([
      "dep:tool:a",
      "override:tool:a",
    ]);
    expect(store.batches[0]!.audit).toHaveLength(1);
    expect(journal.waiting).toBe(1);
    store.ends[0]!();
    await settled();
    journal.add([{ key: "dep:tool:b", value: 2 }], []);
    journal.write();
    expect(store.batches[1]!.records).toEqual([{ key: "dep:tool:b", value: 2 }]);
  });

  it("writes what is urgent first, however much else waits", async () => {
    const store = new MemoryStore();
    const journal = new Journal({ tenant: "t", store, onError: () => undefined });
    const keys = Array.from({ length: 1_000 }, (_, index) => `dep:tool:${index}`);
    journal.add(
      keys.map((key) => ({ key, value: 1 })),
      [],
    );
    journal.write({ urgent: new Set(["tool:999"]) });
    await settled();
    const written = (await store.load("t")).map(({ key }) => key);
    expect(written).toHaveLength(250);
    expect(written).toContain("dep:tool:999");
    expect(written).toContain("dep:tool:0");
  });

  it("writes 250 records at a time, and all of them when it is flushed", async () => {
    const store = new MemoryStore();
    const journal = new Journal({ tenant: "t", store, onError: () => undefined });
    journal.add(
      Array.from({ length: 2_500 }, (_, index) => ({ key: `dep:${index}`, value: index })),
      [],
    );
    journal.write();
    await settled();
    expect(await store.load("t")).toHaveLength(250);
    await journal.flush();
    expect(await store.load("t")).toHaveLength(2_500);
    expect(journal.counts.commits).toBe(10);
  });

  it("gives up a flush that the store refuses", async () => {
    const store = new MemoryStore();
    store.commit = async () => Promise.reject(new Error("disk full"));
    const journal = new Journal({ tenant: "t", store, onError: () => undefined });
    journal.add([{ key: "a", value: 1 }], []);
    await journal.flush();
    expect(journal.counts).toMatchObject({ failures: 1 });
    expect(journal.waiting).toBe(1);
  });

  it("writes nothing when there is nothing to write", async () => {
    const { store, journal } = create();
    journal.write();
    await journal.flush();
    expect(store.batches).toEqual([]);
  });

  it("flushes also what was added while a commit was under way", async () => {
    const { store, journal } = create();
    journal.add([{ key: "a", value: 1 }], []);
    journal.write();
    journal.add([{ key: "b", value: 2 }], []);
    const flushed = journal.flush();
    store.ends[0]!();
    await settled();
    store.ends[1]!();
    await flushed;
    expect(store.batches).toMatchObject([{ records: [{ key: "a" }] }, { records: [{ key: "b" }] }]);
  });
});
