import { afterEach, describe, expect, it } from "vitest";
import { GO } from "./fixtures/fake-engine.ts";
import { createTestApi } from "./fixtures/test-api.ts";
import type { TestApi, TestApiOptions } from "./fixtures/test-api.ts";
import { refusalVerdict } from "./fixtures/samples.ts";

let api: TestApi;

async function start(options: TestApiOptions = {}): Promise<TestApi> {
  api = await createTestApi(options);
  return api;
}

afterEach(() => api.close());

const dependency = "tool:idp_lookup";
const TYPES = "https://iana.org/assignments/http-problem-types";

describe("/v1/authz", () => {
  it.each(["GET", "POST"] as const)("lets go with 204 (%s)", async (method) => {
    const { app } = await start();
    const response = await app.inject({ method, url: `/v1/authz?dependency=${dependency}` });
    expect([response.statusCode, response.body]).toEqual([204, ""]);
    expect(response.headers).toMatchObject({
      "headway-action": "proceed",
      "headway-retry-after-ms": "0",
      "headway-cache-ttl": "1s",
    });
    expect(response.headers).not.toHaveProperty("retry-after");
    expect(response.headers).not.toHaveProperty("ratelimit");
  });

  it.each([
    ["limit", 429, "quota-exceeded"],
    ["throttled", 429, "quota-exceeded"],
    ["retry_storm", 429, "abnormal-usage-detected"],
    ["loop", 429, "abnormal-usage-detected"],
    ["fanout", 429, "abnormal-usage-detected"],
    ["failing", 503, "temporary-reduced-capacity"],
    ["standing_bound", 503, "temporary-reduced-capacity"],
    ["override", 503, "temporary-reduced-capacity"],
    ["constructor", 503, "temporary-reduced-capacity"],
  ])("refuses for %s with %i %s", async (code, status, type) => {
    const { app, engine } = await start();
    engine().verdict = () => refusalVerdict(code);
    const response = await app.inject(`/v1/authz?dependency=${dependency}`);
    expect(response.statusCode).toBe(status);
    expect(response.headers["content-type"]).toContain("application/problem+json");
    expect(response.json()).toMatchObject({
      type: `${TYPES}#${type}`,
      status,
      detail: "Not now.",
      code: "ERR_NOT_NOW",
    });
    expect(response.headers).toMatchObject({
      "retry-after": "4",
      "headway-action": "hold",
      "headway-reason": code,
      "headway-retry-after-ms": "3120",
      "headway-decision": "dec_1",
      "headway-cache-ttl": "1s",
      ratelimit: '"tool:idp_lookup";r=0;t=4',
    });
  });

  it("refuses with the status that the gateway understands", async () => {
    const { app, engine } = await start();
    engine().verdict = () => refusalVerdict("failing");
    const response = await app.inject(`/v1/authz?deny=403&dependency=${dependency}`);
    expect(response.statusCode).toBe(403);
    expect(response.json().status).toBe(403);
    expect(response.headers["retry-after"]).toBe("4");
  });

  it.each([
    ["proceed", 0, "enforce", 204],
    ["shape", 0, "enforce", 204],
    ["shape", 400, "enforce", 503],
    ["defer", 400, "enforce", 503],
    ["hold", 400, "enforce", 503],
    ["shed", 400, "enforce", 503],
    ["hold", 400, "advise", 204],
    ["shed", 400, "observe", 204],
  ] as const)(
    "%s with %i ms to wait, in mode %s: %i",
    async (action, retryAfterMs, mode, status) => {
      const { app, engine } = await start();
      engine().verdict = () => refusalVerdict("failing", { action, retryAfterMs, mode });
      const response = await app.inject(`/v1/authz?dependency=${dependency}`);
      expect(response.statusCode).toBe(status);
      expect(response.headers["headway-action"]).toBe(action);
    },
  );

  it("lets a gateway reuse a refusal no longer than it holds, and a counted go never", async () => {
    const { app, engine } = await start();
    engine().verdict = () => refusalVerdict("failing", { retryAfterMs: 250 });
    expect(
      (await app.inject(`/v1/authz?dependency=${dependency}`)).headers["headway-cache-ttl"],
    ).toBe("0.25s");
    engine().verdict = () => ({ ...GO, action: "shape", shape: { concurrency: 4 } });
    expect(
      (await app.inject(`/v1/authz?dependency=${dependency}`)).headers["headway-cache-ttl"],
    ).toBe("0s");
  });

  it("takes the scope from headers", async () => {
    const { app, engine } = await start();
    await app.inject({
      url: "/v1/authz",
      headers: {
        "headway-dependency": dependency,
        "headway-priority": "5",
        "headway-agent": "kyc",
        "headway-workflow": "onboard",
        "headway-attempt": "2",
      },
    });
    expect(engine().consults).toEqual([
      { dependency, priority: 5, agent: "kyc", workflow: "onboard", attempt: 2 },
    ]);
  });

  it("takes the operator's query over a caller's headers", async () => {
    const { app, engine } = await start();
    await app.inject({
      url: `/v1/authz?dependency=${dependency}&priority=5&agent=gateway&unrelated=1`,
      headers: {
        "headway-dependency": "tool:mine",
        "headway-priority": "1",
        "headway-agent": "me",
      },
    });
    expect(engine().consults).toEqual([{ dependency, priority: 5, agent: "gateway" }]);
  });

  it.each(["GET", "PUT", "DELETE", "OPTIONS"] as const)(
    "answers Envoy, which puts the path it asks about behind ours (%s), from headers only",
    async (method) => {
      const { app, engine } = await start();
      engine().verdict = () => refusalVerdict("failing");
      const response = await app.inject({
        method,
        url: "/v1/authz/people/1?dependency=tool:mine&deny=403",
        headers: { "headway-dependency": dependency },
        ...(method === "PUT" ? { payload: { content: 1 } } : {}),
      });
      expect(response.statusCode).toBe(503);
      expect(engine().consults).toEqual([{ dependency }]);
    },
  );

  it("reads past a body of any size", async () => {
    const { app } = await start();
    const payload = "x".repeat(3_000_000);
    const headers = { "content-type": "text/plain", "headway-dependency": dependency };
    const response = await app.inject({ method: "POST", url: "/v1/authz", headers, payload });
    expect(response.statusCode).toBe(204);
  });

  it.each([
    ["/v1/authz", {}],
    ["/v1/authz?dependency=idp", {}],
    ["/v1/authz?dependency=tool:a&deny=200", {}],
    ["/v1/authz?dependency=tool:a", { "headway-priority": "urgent" }],
  ])("answers 400 to %s with %j", async (url, headers) => {
    const { app } = await start();
    const response = await app.inject({ url, headers });
    expect(response.statusCode).toBe(400);
    expect(response.json().code).toBe("ERR_REQUEST_INVALID");
  });

  it("refuses a dependency that came twice, because a caller may have written one of them, unless the operator's query says which", async () => {
    const { app, engine } = await start();
    const headers = { "headway-dependency": ["tool:free", dependency] };
    expect((await app.inject({ url: "/v1/authz", headers })).statusCode).toBe(400);
    expect(engine().consults).toEqual([]);
    const url = `/v1/authz?dependency=${dependency}`;
    expect((await app.inject({ url, headers })).statusCode).toBe(204);
    expect(engine().consults).toEqual([{ dependency }]);
  });

  it.each(["application/json", "text/plain", "application/x-unheard-of"])(
    "does not look at a body of %s",
    async (type) => {
      const { app } = await start();
      const response = await app.inject({
        method: "POST",
        url: `/v1/authz?dependency=${dependency}`,
        headers: { "content-type": type },
        payload: "{ not json",
      });
      expect(response.statusCode).toBe(204);
    },
  );

  it("asks for a token where there are tokens", async () => {
    const { app } = await start({ tokens: { out: { tenant: "t", scopes: ["read"] } } });
    const url = `/v1/authz?dependency=${dependency}`;
    expect((await app.inject(url)).statusCode).toBe(401);
    expect((await app.inject({ url, headers: { authorization: "Bearer out" } })).statusCode).toBe(
      204,
    );
  });
});
