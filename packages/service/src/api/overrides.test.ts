import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { MemoryStore } from "../store/memory-store.ts";
import { createEngineApi } from "./fixtures/engine-api.ts";
import { createTestApi } from "./fixtures/test-api.ts";
import type { TestApi } from "./fixtures/test-api.ts";

let api: TestApi;

const TOKENS = {
  op: { tenant: "default", scopes: ["read", "operate"] },
  reader: { tenant: "default", scopes: ["read"] },
  stranger: { tenant: "other", scopes: ["read", "operate"] },
} as const;

beforeEach(async () => {
  api = await createTestApi({ tokens: TOKENS });
});

afterEach(() => api.close());

function request(method: "GET" | "PUT" | "DELETE", url: string, payload?: object, token = "op") {
  const headers = { authorization: `Bearer ${token}` };
  return api.app.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) });
}

const hold = { action: "hold", forMs: 60_000, why: "They asked us to stop." };

describe("/v1/overrides", () => {
  it("keeps the operator's hand until it is taken off, with who and why", async () => {
    const set = await request("PUT", "/v1/overrides/model%3Aopenai%2Fgpt-5", hold);
    const override = {
      dependency: "model:openai/gpt-5",
      action: "hold",
      priority: { from: 1, to: 5 },
      until: "2026-01-01T00:01:00.000Z",
      why: "They asked us to stop.",
      by: "name-of-op",
    };
    expect([set.statusCode, set.json()]).toEqual([200, override]);
    expect((await request("GET", "/v1/overrides")).json()).toEqual({
      items: [override],
      next: null,
    });
    expect((await request("DELETE", "/v1/overrides/model:openai/gpt-5")).statusCode).toBe(204);
    expect((await request("GET", "/v1/overrides")).json().items).toEqual([]);
    expect((await request("DELETE", "/v1/overrides/model:openai/gpt-5")).statusCode).toBe(404);
  });

  it("is in force when it is answered, without waiting for the next second", async () => {
    expect(api.engine().tickedAtMs).toEqual([]);
    await request("PUT", "/v1/overrides/tool:a", hold);
    expect(api.engine().tickedAtMs).toHaveLength(1);
  });

  it("says what is in force, should the engine make less of it than was asked for", async () => {
    const engine = api.engine();
    const override = engine.override.bind(engine);
    engine.override = (asked, nowMs) => override({ ...asked, untilMs: nowMs + 1_000 }, nowMs);
    const set = await request("PUT", "/v1/overrides/tool:a", hold);
    expect(set.json().until).toBe("2026-01-01T00:00:01.000Z");
  });

  it("is on disk and in the audit when it is answered: an operator who was told so may turn away", async () => {
    const store = new MemoryStore();
    const commit = store.commit.bind(store);
    store.commit = async (batch) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      await commit(batch);
    };
    const engineApi = await createEngineApi(store);
    const { app } = engineApi;
    const url = "/v1/overrides/tool:a";
    const kinds = async (): Promise<string[]> =>
      (await store.audit({ tenant: "default", limit: 10, dependency: "tool:a" })).map(
        ({ kind }) => kind,
      );
    const isKept = async (): Promise<boolean> =>
      (await store.load("default")).some(({ key }) => key === "override:tool:a");
    expect((await app.inject({ method: "PUT", url, payload: hold })).statusCode).toBe(200);
    expect([await isKept(), await kinds()]).toEqual([
      true,
      expect.arrayContaining(["override.set"]),
    ]);
    expect((await app.inject({ method: "DELETE", url })).statusCode).toBe(204);
    expect([await isKept(), await kinds()]).toEqual([
      false,
      expect.arrayContaining(["override.cleared"]),
    ]);
    await engineApi.close();
  });

  it("is answered although the store refuses it: the hand must work on a full disk", async () => {
    const store = new MemoryStore();
    store.commit = async () => {
      throw new Error("disk full");
    };
    const engineApi = await createEngineApi(store);
    const { app } = engineApi;
    const url = "/v1/overrides/tool:a";
    expect((await app.inject({ method: "PUT", url, payload: hold })).statusCode).toBe(200);
    await engineApi.close();
  });

  it.each(["application/json", "text/plain"])(
    "is taken off by a DELETE that says its nothing is %s",
    async (type) => {
      await request("PUT", "/v1/overrides/tool:a", hold);
      const headers = { authorization: "Bearer op", "content-type": type };
      const url = "/v1/overrides/tool:a";
      expect((await api.app.inject({ method: "DELETE", url, headers })).statusCode).toBe(204);
    },
  );

  it("tells who uses another method which there are", async () => {
    const response = await api.app.inject({
      method: "POST",
      url: "/v1/overrides/tool:a",
      payload: {},
    });
    expect([response.statusCode, response.headers["allow"]]).toEqual([405, "PUT, DELETE"]);
    expect((await request("PUT", "/v1/dependencies/tool:a", {})).headers["allow"]).toBe("GET");
    expect((await request("PUT", "/v1/elsewhere", {})).statusCode).toBe(404);
  });

  it.each(["tool:a\u0000", "tool:a\u001b[2J", "to\u0007ol:a", "tool:a\u0085"])(
    "refuses the name %j, which would reach terminals and logs",
    async (dependency) => {
      const url = `/v1/overrides/${encodeURIComponent(dependency)}`;
      expect((await request("PUT", url, hold)).statusCode).toBe(400);
    },
  );

  it("takes a name with spaces, slashes and letters of any script", async () => {
    const url = `/v1/overrides/${encodeURIComponent("tool:über ålpha/日本")}`;
    expect((await request("PUT", url, hold)).statusCode).toBe(200);
  });

  it("takes limits and priorities", async () => {
    const body = {
      action: "limit",
      shape: { concurrency: 4 },
      priority: { from: 4, to: 5 },
      forMs: 1,
      why: "slow",
    };
    const set = await request("PUT", "/v1/overrides/tool:a", body);
    expect(set.json()).toMatchObject({
      action: "limit",
      shape: { concurrency: 4 },
      priority: { from: 4, to: 5 },
    });
    expect(api.engine().overrides()[0]).toMatchObject({
      shape: { concurrency: 4 },
      priority: { from: 4, to: 5 },
    });
  });

  it("takes an instant with an offset", async () => {
    const set = await request("PUT", "/v1/overrides/tool:a", {
      action: "proceed",
      until: "2026-01-01T02:00:00+01:00",
      why: "x",
    });
    expect(set.json().until).toBe("2026-01-01T01:00:00.000Z");
  });

  it.each([
    [{ ...hold, forMs: 86_400_000 }, 200],
    [{ ...hold, forMs: 86_400_001 }, 400],
    [{ ...hold, forMs: 0 }, 400],
    [{ ...hold, until: "2026-01-01T01:00:00Z" }, 400],
    [{ action: "hold", why: "x" }, 400],
    [{ action: "hold", why: "x", until: "2026-01-01T00:00:00Z" }, 400],
    [{ action: "hold", why: "x", until: "2026-01-01T01:00:00" }, 400],
    [{ action: "hold", why: "x", until: "2026-13-01T01:00:00Z" }, 400],
    [{ action: "hold", forMs: 1 }, 400],
    [{ ...hold, why: "" }, 400],
    [{ ...hold, action: "pause" }, 400],
    [{ ...hold, shape: { concurrency: 1 } }, 400],
    [{ ...hold, action: "limit" }, 400],
    [{ ...hold, action: "limit", shape: {} }, 400],
    [{ ...hold, action: "limit", shape: { concurency: 1 } }, 400],
    [{ ...hold, action: "limit", shape: { concurrency: -1 } }, 400],
    [{ ...hold, priority: { from: 4, to: 3 } }, 400],
    [{ ...hold, priority: { from: 0, to: 3 } }, 400],
    [{ ...hold, extra: 1 }, 400],
  ])("answers %j with %i", async (body, status) => {
    expect((await request("PUT", "/v1/overrides/tool:a", body)).statusCode).toBe(status);
  });

  it("names the nearest field inside a shape too", async () => {
    const response = await request("PUT", "/v1/overrides/tool:a", {
      ...hold,
      action: "limit",
      shape: { concurency: 1 },
    });
    expect(response.json().detail).toContain('nearest known name is "concurrency"');
  });

  it("refuses a name that is no dependency", async () => {
    expect((await request("PUT", "/v1/overrides/everything", hold)).statusCode).toBe(400);
  });

  it("is for those who may operate, each on their own tenant", async () => {
    expect((await request("PUT", "/v1/overrides/tool:a", hold, "reader")).statusCode).toBe(403);
    expect((await request("DELETE", "/v1/overrides/tool:a", undefined, "reader")).statusCode).toBe(
      403,
    );
    await request("PUT", "/v1/overrides/tool:a", hold);
    expect((await request("GET", "/v1/overrides", undefined, "stranger")).json().items).toEqual([]);
    expect(
      (await request("DELETE", "/v1/overrides/tool:a", undefined, "stranger")).statusCode,
    ).toBe(404);
  });
});
