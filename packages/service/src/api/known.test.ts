import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { MemoryStore } from "../store/memory-store.ts";
import type { Store } from "../store/store.ts";
import { createTestApi } from "./fixtures/test-api.ts";
import type { TestApi } from "./fixtures/test-api.ts";
import { dependencyOf, detectionOf, START_MS, windowOf } from "./fixtures/samples.ts";

let api: TestApi;
let store: Store;

beforeEach(async () => {
  store = new MemoryStore();
  api = await createTestApi({ store });
});

afterEach(() => api.close());

async function get(url: string) {
  const response = await api.app.inject(url);
  return { status: response.statusCode, body: response.json() };
}

/** Follows `next` to the end. */
async function pages(url: string, limit: number): Promise<unknown[][]> {
  const found: unknown[][] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const separator = url.includes("?") ? "&" : "?";
    const { body } = await get(
      `${url}${separator}limit=${limit}${cursor === "" ? "" : `&cursor=${cursor}`}`,
    );
    found.push(body.items);
    cursor = body.next;
  }
  return found;
}

describe("/v1/dependencies", () => {
  it("gives every field of the contract", async () => {
    api.engine().views.set("tool:a", dependencyOf("tool:a"));
    expect((await get("/v1/dependencies")).body).toEqual({
      items: [dependencyOf("tool:a")],
      next: null,
    });
  });

  it("is paged by id, whatever comes and goes between two pages", async () => {
    const { views } = api.engine();
    for (const name of ["d", "b", "a", "e", "c"]) views.set(name, dependencyOf(`tool:${name}`));
    const all = await pages("/v1/dependencies", 2);
    expect(all.map((items) => items.map((item) => Object(item).id))).toEqual([
      ["tool:a", "tool:b"],
      ["tool:c", "tool:d"],
      ["tool:e"],
    ]);
    const first = (await get("/v1/dependencies?limit=2")).body;
    views.delete("b");
    views.set("aa", dependencyOf("tool:aa"));
    const second = (await get(`/v1/dependencies?limit=2&cursor=${first.next}`)).body;
    expect(second.items.map(({ id }: { id: string }) => id)).toEqual(["tool:c", "tool:d"]);
  });

  it.each([
    ["limit=0", 400],
    ["limit=1", 200],
    ["limit=1000", 200],
    ["limit=1001", 400],
    ["cursor=%25%25", 400],
    ["limt=1", 400],
  ])("answers ?%s with %i", async (query, status) => {
    expect((await get(`/v1/dependencies?${query}`)).status).toBe(status);
  });

  it("looks at no more dependencies than the page has", async () => {
    const { app, engine } = api;
    for (const name of ["a", "b", "c", "d"])
      engine().views.set(`tool:${name}`, dependencyOf(`tool:${name}`));
    await app.inject("/v1/dependencies?limit=2");
    expect(engine().viewed).toBe(2);
  });

  it("has no next page when the last is just full", async () => {
    const { views } = api.engine();
    for (const name of ["a", "b"]) views.set(name, dependencyOf(`tool:${name}`));
    expect((await get("/v1/dependencies?limit=2")).body.next).toBe(null);
    expect((await get("/v1/dependencies?limit=1")).body.next).toEqual(expect.any(String));
  });

  it("gives 100 by default", async () => {
    const { views } = api.engine();
    for (let index = 0; index < 101; index += 1)
      views.set(`${index}`, dependencyOf(`tool:${index}`));
    const { body } = await get("/v1/dependencies");
    expect(body.items).toHaveLength(100);
    expect(body.next).toEqual(expect.any(String));
  });
});

describe("/v1/dependencies/{id}", () => {
  it.each([
    ["model:openai/gpt-5", "model:openai/gpt-5"],
    ["model:openai/gpt-5", "model%3Aopenai%2Fgpt-5"],
    ["db:größe", "db%3Agr%C3%B6%C3%9Fe"],
  ])("finds %s at /%s", async (id, path) => {
    api.engine().views.set(id, dependencyOf(id));
    expect((await get(`/v1/dependencies/${path}`)).body.id).toBe(id);
  });

  it("answers 404 to one that nobody called", async () => {
    const { status, body } = await get("/v1/dependencies/tool:none");
    expect([status, body.code]).toEqual([404, "ERR_NOT_FOUND"]);
  });
});

describe("/v1/detections", () => {
  it("gives them newest first, with evidence as it is", async () => {
    api.engine().found.push(
      detectionOf("det_1"),
      detectionOf("det_2", {
        startedAtMs: START_MS + 1_000,
        state: "pending",
        firedAtMs: null,
        workflow: "kyc",
      }),
    );
    const { body } = await get("/v1/detections");
    expect(body.items).toMatchObject([
      { id: "det_2", firedAt: null, workflow: "kyc" },
      { id: "det_1" },
    ]);
    expect(body.items[1]).toEqual({
      id: "det_1",
      kind: "retry_storm",
      tenant: "default",
      dependency: "tool:idp_lookup",
      state: "firing",
      startedAt: "2026-01-01T00:00:00.000Z",
      firedAt: "2026-01-01T00:00:02.000Z",
      resolvedAt: null,
      severity: 0.93,
      summary: "61 of 90 agents retry",
      evidence: { agents: 61, reproduction: 2.3, sample: ["a", "b"] },
    });
  });

  it("filters by state and dependency", async () => {
    api
      .engine()
      .found.push(
        detectionOf("det_1"),
        detectionOf("det_2", { state: "resolved", resolvedAtMs: START_MS }),
        detectionOf("det_3", { dependency: "tool:b" }),
      );
    const idsOf = async (query: string) =>
      (await get(`/v1/detections?${query}`)).body.items.map(({ id }: { id: string }) => id);
    expect(await idsOf("state=firing")).toEqual(["det_1", "det_3"]);
    expect(await idsOf("state=resolved")).toEqual(["det_2"]);
    expect(await idsOf("dependency=tool:b")).toEqual(["det_3"]);
    expect((await get("/v1/detections?state=fring")).status).toBe(400);
  });

  it("is paged in the same order", async () => {
    for (let index = 0; index < 5; index += 1) {
      api.engine().found.push(detectionOf(`det_${index}`, { startedAtMs: START_MS + (index % 2) }));
    }
    const all = await pages("/v1/detections", 2);
    expect(all.flat().map((item) => Object(item).id)).toEqual([
      "det_1",
      "det_3",
      "det_0",
      "det_2",
      "det_4",
    ]);
  });
});

describe("/v1/signals", () => {
  it("gives one dependency's history, oldest first, in pages", async () => {
    api
      .engine()
      .windows.push(windowOf(START_MS), windowOf(START_MS + 1_000), windowOf(START_MS + 2_000.5));
    const all = await pages("/v1/signals?dependency=tool:a", 2);
    expect(all.map((items) => items.length)).toEqual([2, 1]);
    const { endMs, ...window } = windowOf(START_MS);
    expect(all[0]![0]).toEqual({ endsAt: new Date(endMs).toISOString(), ...window });
  });

  it("asks which", async () => {
    expect((await get("/v1/signals")).status).toBe(400);
  });
});

describe("/v1/graph", () => {
  it("gives nodes and edges", async () => {
    api.engine().drawn = {
      nodes: [{ id: "tool:a", kind: "tool", state: "healthy" }],
      edges: [{ from: "agent:kyc", to: "tool:a", callsPerSecond: 2, amplification: 1.5 }],
    };
    expect((await get("/v1/graph")).body).toEqual(api.engine().drawn);
  });
});

describe("/v1/audit", () => {
  const entry = { kind: "decision.issued", dependency: "tool:a", by: "headway", id: "dec_1" };

  it("gives what was done, newest first, in pages, one tenant's own", async () => {
    const audit = [1, 2, 3].map((n) => ({ ...entry, atMs: START_MS + n, summary: `${n}` }));
    await store.commit({ tenant: "default", records: [], audit });
    await store.commit({
      tenant: "other",
      records: [],
      audit: [{ ...entry, atMs: START_MS, summary: "other" }],
    });
    const all = await pages("/v1/audit", 2);
    expect(all.map((items) => items.map((item) => Object(item).summary))).toEqual([
      ["3", "2"],
      ["1"],
    ]);
    expect(all[0]![0]).toEqual({ ...entry, at: "2026-01-01T00:00:00.003Z", summary: "3" });
  });

  it("filters by dependency and kind", async () => {
    const audit = [
      { ...entry, atMs: START_MS, summary: "1" },
      { ...entry, atMs: START_MS, summary: "2", kind: "override.set" },
      { ...entry, atMs: START_MS, summary: "3", dependency: null },
    ];
    await store.commit({ tenant: "default", records: [], audit });
    const summaries = async (query: string) =>
      (await get(`/v1/audit?${query}`)).body.items.map(
        ({ summary }: { summary: string }) => summary,
      );
    expect(await summaries("dependency=tool:a")).toEqual(["2", "1"]);
    expect(await summaries("kind=decision.issued")).toEqual(["3", "1"]);
    expect(await summaries("dependency=tool:a&kind=override.set")).toEqual(["2"]);
  });

  it.each(["bm9wZQ", "LTE", "MA"])("refuses the made-up cursor %s", async (cursor) => {
    expect((await get(`/v1/audit?cursor=${cursor}`)).status).toBe(400);
  });
});
