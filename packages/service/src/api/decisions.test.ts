import { POLICY_DEFAULT } from "@headway/core";
import { afterEach, describe, expect, it } from "vitest";
import { createTestApi } from "./fixtures/test-api.ts";
import type { TestApi, TestApiOptions } from "./fixtures/test-api.ts";
import { decisionOf, leaseOf, START_MS } from "./fixtures/samples.ts";

let api: TestApi;

async function start(options: TestApiOptions = {}): Promise<TestApi> {
  api = await createTestApi(options);
  return api;
}

afterEach(() => api.close());

describe("GET /v1/decisions", () => {
  it("gives decisions as the contract writes them, in RFC 3339 beside the server's time", async () => {
    const { app, engine, coordinator } = await start();
    engine().issue(decisionOf("dec_1"));
    coordinator.tick();
    const response = await app.inject("/v1/decisions");
    expect(response.statusCode).toBe(200);
    expect(response.json()).toEqual({
      version: 1,
      serverTime: "2026-01-01T00:00:00.000Z",
      decisions: [
        {
          id: "dec_1",
          version: 1,
          mode: "enforce",
          scope: { tenant: "default", dependency: "tool:idp_lookup", priority: { from: 3, to: 5 } },
          action: "hold",
          notBefore: "2026-01-01T00:00:05.000Z",
          spreadMs: 4_000,
          reason: {
            code: "retry_storm",
            summary: "61 of 90 agents retry; R = 2.3",
            detections: ["det_1"],
          },
          issuedAt: "2026-01-01T00:00:00.000Z",
          expiresAt: "2026-01-01T00:00:30.000Z",
          policyVersion: "default",
        },
      ],
      identities: [],
    });
  });

  it("gives the leases of the instance that asks, and of nobody else", async () => {
    const { app, engine } = await start();
    engine().grant("a", [leaseOf(4, { ratePerSecond: 2, probe: true })]);
    const own = (await app.inject("/v1/decisions?instance=a")).json();
    expect(own.leases).toEqual([
      {
        dependency: "tool:idp_lookup",
        amount: 4,
        ratePerSecond: 2,
        probe: true,
        expiresAt: "2026-01-01T00:00:10.000Z",
        refreshAfter: "2026-01-01T00:00:06.000Z",
        safe: 1,
      },
    ]);
    expect((await app.inject("/v1/decisions?instance=b")).json().leases).toEqual([]);
    expect((await app.inject("/v1/decisions")).json()).not.toHaveProperty("leases");
  });

  it.each([
    ["dependency=tool:idp_lookup", ["all", "agent"]],
    ["dependency=tool:other", ["other"]],
    ["priority=2", ["other"]],
    ["priority=3", ["all", "agent", "other"]],
    ["agent=kyc", ["all", "agent", "other"]],
    ["agent=payroll", ["all", "other"]],
  ])("filters by ?%s", async (query, ids) => {
    const { app, engine } = await start();
    const scope = {
      tenant: "default",
      dependency: "tool:idp_lookup",
      priority: { from: 3, to: 5 },
    } as const;
    engine().issue(
      decisionOf("all"),
      decisionOf("agent", { scope: { ...scope, agent: "kyc" } }),
      decisionOf("other", {
        scope: { ...scope, dependency: "tool:other", priority: { from: 1, to: 5 } },
      }),
    );
    const { decisions } = (await app.inject(`/v1/decisions?${query}`)).json();
    expect(decisions.map(({ id }: { id: string }) => id)).toEqual(ids);
  });

  it("answers 304 to a holder of the same decisions, and 200 once they change", async () => {
    const { app, engine, coordinator, clock } = await start();
    const first = await app.inject("/v1/decisions");
    const etag = String(first.headers.etag);
    expect(etag).toMatch(/^"[\w-]{22}"$/);
    clock.nowMs += 5_000;
    const same = await app.inject({
      url: "/v1/decisions",
      headers: { "if-none-match": `"other", W/${etag}` },
    });
    expect([same.statusCode, same.body]).toEqual([304, ""]);
    engine().issue(decisionOf("dec_1"));
    coordinator.tick();
    const changed = await app.inject({ url: "/v1/decisions", headers: { "if-none-match": etag } });
    expect(changed.statusCode).toBe(200);
    expect(changed.headers.etag).not.toBe(etag);
  });

  it("changes the tag with the asker's leases, and a filtered tag only with what passes the filter", async () => {
    const { app, engine, coordinator } = await start();
    const tagOf = async (query: string) =>
      (await app.inject(`/v1/decisions?${query}`)).headers.etag;
    const before = await Promise.all(
      ["instance=a", "instance=b", "dependency=tool:quiet"].map(tagOf),
    );
    engine().grant("a", [leaseOf(4)]);
    coordinator.tick();
    const granted = await Promise.all(
      ["instance=a", "instance=b", "dependency=tool:quiet"].map(tagOf),
    );
    expect(granted.map((tag, index) => tag === before[index])).toEqual([false, true, true]);
    engine().issue(decisionOf("dec_1"));
    coordinator.tick();
    expect(await tagOf("dependency=tool:quiet")).toBe(before[2]);
    expect(await tagOf("instance=b")).not.toBe(before[1]);
  });

  it("changes the tag with the identity rules", async () => {
    const { app, coordinator } = await start();
    const before = (await app.inject("/v1/decisions")).headers.etag;
    const identities = [{ when: { "server.address": "idp.example" }, dependency: "tool:idp" }];
    coordinator.setPolicy({ ...POLICY_DEFAULT, version: "sha256:1", identities });
    const after = await app.inject("/v1/decisions");
    expect(after.headers.etag).not.toBe(before);
    expect(after.json().identities).toEqual(identities);
  });

  it.each([
    "wait=61",
    "wait=-1",
    "wait=soon",
    "priority=6",
    "priority=1.5",
    "dependency=nokind",
    "instance=",
  ])("refuses ?%s with a problem that names the field", async (query) => {
    const { app } = await start();
    const response = await app.inject(`/v1/decisions?${query}`);
    expect(response.statusCode).toBe(400);
    expect(response.headers["content-type"]).toContain("application/problem+json");
    expect(response.json()).toMatchObject({ status: 400, code: "ERR_REQUEST_INVALID" });
    expect(response.json().detail).toContain(`querystring.${query.split("=")[0]}`);
  });
});

describe("long-poll", () => {
  it("ends as soon as the decisions change", async () => {
    const { engine, coordinator, listen } = await start();
    const base = await listen();
    const etag = (await fetch(`${base}/v1/decisions`)).headers.get("etag") ?? "";
    const poll = fetch(`${base}/v1/decisions?wait=25`, { headers: { "if-none-match": etag } });
    await waitUntil(() => coordinator.clients.open === 1);
    coordinator.tick();
    expect(coordinator.clients.open).toBe(1);
    engine().issue(decisionOf("dec_1"));
    coordinator.tick();
    const response = await poll;
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ version: 1, decisions: [{ id: "dec_1" }] });
    expect(coordinator.clients.open).toBe(0);
  });

  it("ends with 304 when nothing changes in time", async () => {
    const { app } = await start();
    const etag = String((await app.inject("/v1/decisions")).headers.etag);
    const response = await app.inject({
      url: "/v1/decisions?wait=0.05",
      headers: { "if-none-match": etag },
    });
    expect(response.statusCode).toBe(304);
  });

  it("does not wait for a client that holds nothing yet", async () => {
    const { app } = await start();
    expect((await app.inject("/v1/decisions?wait=25")).statusCode).toBe(200);
  });

  it("lets go of its place when the client leaves", async () => {
    const { coordinator, listen } = await start();
    const base = await listen();
    const etag = (await fetch(`${base}/v1/decisions`)).headers.get("etag") ?? "";
    const leaving = new AbortController();
    const poll = fetch(`${base}/v1/decisions?wait=25`, {
      headers: { "if-none-match": etag },
      signal: leaving.signal,
    });
    await waitUntil(() => coordinator.clients.open === 1);
    leaving.abort();
    await expect(poll).rejects.toThrow("aborted");
    await waitUntil(() => coordinator.clients.open === 0);
  });

  it("is refused with Retry-After when all places are taken", async () => {
    const { app } = await start({ clientsMax: 0 });
    const etag = String((await app.inject("/v1/decisions")).headers.etag);
    const response = await app.inject({
      url: "/v1/decisions?wait=25",
      headers: { "if-none-match": etag },
    });
    expect(response.statusCode).toBe(503);
    expect(response.headers["retry-after"]).toBe("2");
    expect(response.json().code).toBe("ERR_OVERLOADED");
  });

  it("counts the instance as connected while it polls and for a grace after", async () => {
    const { app, engine, coordinator, clock } = await start({ tuning: { pollGraceMs: 5_000 } });
    await app.inject("/v1/decisions?instance=a");
    expect([...engine().connected]).toEqual(["a"]);
    clock.nowMs = START_MS + 4_999;
    coordinator.tick();
    expect([...engine().connected]).toEqual(["a"]);
    clock.nowMs = START_MS + 5_000;
    coordinator.tick();
    expect([...engine().connected]).toEqual([]);
  });

  it("is answered when the service closes", async () => {
    const { coordinator, listen, close } = await start();
    const base = await listen();
    const etag = (await fetch(`${base}/v1/decisions`)).headers.get("etag") ?? "";
    const poll = fetch(`${base}/v1/decisions?wait=25`, { headers: { "if-none-match": etag } });
    await waitUntil(() => coordinator.clients.open === 1);
    const [response] = await Promise.all([poll, close()]);
    expect(response.status).toBe(304);
  });
});

async function waitUntil(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setImmediate(resolve));
}
