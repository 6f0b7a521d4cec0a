import fastify from "fastify";
import type { FastifyInstance } from "fastify";
import { describe, expect, it } from "vitest";
import { answerProblems } from "../errors.ts";
import { LOG_SILENT } from "../log.ts";
import { Metrics } from "../metrics.ts";
import { auth, requireScope } from "./auth.ts";
import { Authenticator } from "./authenticator.ts";
import type { Token } from "./authenticator.ts";
import type { AccessScope } from "./principal.ts";
import { parseTokens } from "./tokens-file.ts";

const TOKENS = parseTokens(
  JSON.stringify([
    { name: "collector", token: "collector-0123456789", scopes: ["ingest"] },
    { name: "dashboard", token: "dashboard-0123456789", tenant: "acme", scopes: ["read"] },
    { name: "oncall", token: "oncall-0123456789", tenant: "acme", scopes: ["read", "operate"] },
  ]),
  "tokens.json",
);

async function appWith(tokens: readonly Token[] | null): Promise<FastifyInstance> {
  const app = fastify();
  answerProblems(app, { metrics: new Metrics(), log: LOG_SILENT });
  await app.register(auth, { authenticator: new Authenticator(tokens) });
  for (const scope of ["ingest", "read", "operate"] as const) {
    app.get(`/${scope}`, { preHandler: requireScope(scope) }, ({ principal, tenant }) => ({
      name: principal.name,
      tenant,
    }));
  }
  app.get("/forgot", ({ tenant }) => tenant);
  return app;
}

describe("requireScope with tokens", () => {
  const cases: [AccessScope, string | undefined, number, string][] = [
    ["ingest", "Bearer collector-0123456789", 200, "collector"],
    ["ingest", "bearer   collector-0123456789 ", 200, "collector"],
    ["read", "Bearer collector-0123456789", 403, "ERR_AUTH_SCOPE"],
    ["read", "Bearer dashboard-0123456789", 200, "dashboard"],
    ["operate", "Bearer dashboard-0123456789", 403, "ERR_AUTH_SCOPE"],
    ["operate", "Bearer oncall-0123456789", 200, "oncall"],
    ["ingest", "Bearer oncall-0123456789", 403, "ERR_AUTH_SCOPE"],
    ["read", undefined, 401, "ERR_AUTH_REQUIRED"],
    ["read", "Bearer", 401, "ERR_AUTH_TOKEN"],
    ["read", "Bearer dashboard-012345678", 401, "ERR_AUTH_TOKEN"],
    ["read", "Bearer dashboard-01234567890", 401, "ERR_AUTH_TOKEN"],
    ["read", "Basic dashboard-0123456789", 401, "ERR_AUTH_TOKEN"],
    ["read", "dashboard-0123456789", 401, "ERR_AUTH_TOKEN"],
    ["read", "Bearer dashboard-0123456789 extra", 401, "ERR_AUTH_TOKEN"],
  ];

  it.each(cases)(
    "asks for %s, is shown %j, answers %i %s",
    async (scope, authorization, status, told) => {
      const app = await appWith(TOKENS);
      const headers = authorization === undefined ? {} : { authorization };
      const response = await app.inject({ url: `/${scope}`, headers });
      expect(response.statusCode).toBe(status);
      expect(response.json()[status === 200 ? "name" : "code"]).toBe(told);
      expect("www-authenticate" in response.headers).toBe(status === 401);
    },
  );

  it("tells the handler the token's tenant", async () => {
    const app = await appWith(TOKENS);
    const tenantOf = async (token: string, scope: AccessScope): Promise<string> =>
      (await app.inject({ url: `/${scope}`, headers: { authorization: `Bearer ${token}` } })).json()
        .tenant;
    expect(await tenantOf("oncall-0123456789", "read")).toBe("acme");
    expect(await tenantOf("collector-0123456789", "ingest")).toBe("default");
  });

  it("never lets a handler act for nobody: a route that asks for no scope has no tenant", async () => {
    const app = await appWith(TOKENS);
    const response = await app.inject({
      url: "/forgot",
      headers: { authorization: "Bearer oncall-0123456789" },
    });
    expect(response.statusCode).toBe(500);
  });
});

describe("requireScope without tokens", () => {
  it("lets everybody do everything, in the default tenant", async () => {
    const app = await appWith(null);
    const responses = await Promise.all(
      ["/ingest", "/read", "/operate"].map((url) => app.inject({ url })),
    );
    expect(responses.map((response) => response.json())).toEqual(
      ["ingest", "read", "operate"].map(() => ({ name: "open", tenant: "default" })),
    );
  });

  it.each([
    ["http://evil.example", 403],
    ["null", 403],
    ["http://127.0.0.1.evil.example", 403],
    ["http://127.0.0.1:4390", 200],
    ["http://localhost:5173", 200],
  ])("but a page from %s that operates gets %i", async (origin, status) => {
    const app = await appWith(null);
    const response = await app.inject({ url: "/operate", headers: { origin } });
    expect(response.statusCode).toBe(status);
    expect((await app.inject({ url: "/read", headers: { origin } })).statusCode).toBe(200);
  });
});
