import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import type { IncomingMessage } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { formatAddress } from "./config/address.ts";
import type { LogFields } from "./log.ts";
import { createService } from "./service.ts";
import type { Service, ServiceOptions } from "./service.ts";

const LOOPBACK = { host: "127.0.0.1", port: 0 };

let directory = "";
let service: Service;
let warnings: (LogFields & { readonly message: string })[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "headway-service-"));
  warnings = [];
});

afterEach(async () => {
  await service.close();
  rmSync(directory, { recursive: true });
});

async function start(options: ServiceOptions = {}): Promise<string> {
  const warn = (message: string, fields: LogFields = {}): void =>
    void warnings.push({ message, ...fields });
  service = await createService({
    http: LOOPBACK,
    grpc: LOOPBACK,
    dataDir: null,
    tickMs: 100,
    log: { info: () => {}, warn },
    ...options,
  });
  const { http } = await service.listen();
  return `http://${formatAddress(http)}`;
}

function fileOf(name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

async function itemsAt(url: string, headers: Record<string, string> = {}): Promise<unknown[]> {
  const response = await fetch(url, { headers });
  expect(response.status).toBe(200);
  const body: { items: unknown[] } = JSON.parse(await response.text());
  return body.items;
}

async function metrics(url: string): Promise<string> {
  return (await fetch(`${url}/metrics`)).text();
}

describe("createService", () => {
  it("is alive at once, and ready once it has ticked", async () => {
    service = await createService({
      http: LOOPBACK,
      grpc: null,
      dataDir: join(directory, "data"),
      tickMs: 100,
    });
    expect((await service.app.inject("/healthz")).json()).toEqual({ status: "ok" });
    const before = await service.app.inject("/readyz");
    expect([before.statusCode, before.json()]).toEqual([
      503,
      { ready: false, checks: { store: "ok", tick: "has not ticked yet", policy: "ok" } },
    ]);
    await service.listen();
    await vi.waitFor(async () => {
      const after = await service.app.inject("/readyz");
      expect([after.statusCode, after.json().ready]).toEqual([200, true]);
    });
  });

  it("shows a dependency in /v1/dependencies and /metrics after its spans came in", async () => {
    const url = await start({ settleMs: 0 });
    const sent = await fetch(`${url}/v1/traces`, {
      method: "POST",
      body: tracesOf(5),
      headers: { "content-type": "application/json" },
    });
    expect(sent.status).toBe(200);
    await vi.waitFor(async () => {
      const totals = { calls: 5, attempts: 5, retries: 0 };
      const item = { id: "model:openai/gpt-5", signals: expect.objectContaining({ totals }) };
      expect(await itemsAt(`${url}/v1/dependencies`)).toEqual([expect.objectContaining(item)]);
    }, 5_000);
    const text = await metrics(url);
    expect(text).toContain("headway_dependencies 1");
    expect(text).toMatch(
      /headway_dependency_attempts_per_second\{dependency="model:openai\/gpt-5"\}/,
    );
    expect(text).toContain('headway_ingest_spans_total{transport="http"} 5');
    expect(text).toMatch(/process_cpu_seconds_total/);
  });

  it("takes a changed policy without dropping a connection, keeps the old one when the new is bad, and says so", async () => {
    const policyFile = fileOf("headway.yaml", "defaults: { mode: observe }");
    const url = await start({ policyFile });
    const stream = await open(`${url}/v1/decisions/stream?instance=i-1`);
    const audited = async (): Promise<number> =>
      (await itemsAt(`${url}/v1/audit?kind=policy.changed`)).length;
    const before = await audited();

    writeFileSync(policyFile, "defaults: { mode: enforce }");
    await vi.waitFor(
      async () =>
        expect(await metrics(url)).toContain('headway_policy_reloads_total{result="ok"} 1'),
      5_000,
    );
    await vi.waitFor(async () => expect(await audited()).toBe(before + 1), 5_000);

    writeFileSync(policyFile, "defaults: { mode: enforced }");
    await vi.waitFor(
      async () => expect(await metrics(url)).toMatch(/^headway_policy_stale 1$/m),
      5_000,
    );
    expect(warnings).toEqual([
      expect.objectContaining({
        code: "ERR_CONFIG_RANGE",
        detail: expect.stringContaining("headway.yaml:1"),
      }),
    ]);
    const ready = await fetch(`${url}/readyz`);
    expect(ready.status).toBe(200);
    expect(await ready.json()).toMatchObject({
      checks: { policy: expect.stringContaining("ERR_CONFIG_RANGE") },
    });

    writeFileSync(policyFile, "defaults: { mode: advise }");
    await vi.waitFor(
      async () => expect(await metrics(url)).toMatch(/^headway_policy_stale 0$/m),
      5_000,
    );
    expect(stream.destroyed).toBe(false);
    stream.destroy();
  });

  it("refuses to listen beyond loopback without tokens, before it opens anything", async () => {
    await start();
    await expect(createService({ http: { host: "0.0.0.0", port: 0 } })).rejects.toMatchObject({
      code: "ERR_LISTEN_OPEN",
    });
    await expect(createService({ grpc: { host: "::", port: 0 } })).rejects.toMatchObject({
      code: "ERR_LISTEN_OPEN",
    });
  });

  it("shows each token its own tenant, in the API and in /metrics", async () => {
    const entry = (name: string, scopes: string): string =>
      `- { name: ${name}, token: ${name}-${name}-${name}-0123, tenant: ${name}, scopes: [${scopes}] }\n`;
    const tokensFile = fileOf(
      "tokens.yaml",
      entry("acme", "read, ingest, operate") + entry("other", "read"),
    );
    const url = await start({ tokensFile, settleMs: 0, http: { host: "0.0.0.0", port: 0 } });
    const target = url.replace("0.0.0.0", "127.0.0.1");
    const as = (name: string): Record<string, string> => ({
      authorization: `Bearer ${name}-${name}-${name}-0123`,
    });
    const headers = { "content-type": "application/json", ...as("acme") };
    expect(
      (await fetch(`${target}/v1/traces`, { method: "POST", headers, body: tracesOf(1) })).status,
    ).toBe(200);
    const scrape = async (name: string): Promise<string> =>
      (await fetch(`${target}/metrics`, { headers: as(name) })).text();
    await vi.waitFor(
      async () => expect(await scrape("acme")).toContain('dependency="model:openai/gpt-5"'),
      5_000,
    );
    expect(await scrape("other")).not.toContain("gpt-5");
    expect(await itemsAt(`${target}/v1/dependencies`, as("other"))).toEqual([]);
    expect((await fetch(`${target}/metrics`)).status).toBe(401);
    expect(
      (await fetch(`${target}/v1/traces`, { method: "POST", headers: as("other") })).status,
    ).toBe(403);
    expect((await fetch(`${target}/healthz`)).status).toBe(200);
  });

  it.each([
    ["localhost:4390", 200],
    ["127.0.0.1:4390", 200],
    ["[::1]:4390", 200],
    ["rebound.example:4390", 403],
    ["127.0.0.1.rebound.example", 403],
    ["localhost.", 403],
  ])("answers, without tokens, to %s with %i", async (host, status) => {
    await start();
    const headers = { host };
    for (const url of ["/v1/decisions", "/metrics", "/", "/openapi.json"])
      expect((await service.app.inject({ url, headers })).statusCode, url).toBe(status);
    expect((await service.app.inject({ url: "/healthz", headers })).statusCode).toBe(200);
    expect((await service.app.inject({ url: "/readyz", headers })).statusCode).not.toBe(403);
    const put = { method: "PUT", url: "/v1/overrides/tool:a", payload: {}, headers } as const;
    expect((await service.app.inject(put)).statusCode).toBe(status === 200 ? 400 : 403);
  });

  it("answers to any name where there are tokens, or where it was told that all may steer", async () => {
    await start({ allowOpen: true });
    const request = { url: "/v1/decisions", headers: { host: "headway.internal" } };
    expect((await service.app.inject(request)).statusCode).toBe(200);
    await service.close();
    const tokensFile = fileOf(
      "tokens.yaml",
      "- { name: a, token: a-0123456789abcdef, scopes: [read] }",
    );
    await start({ tokensFile });
    const authorization = "Bearer a-0123456789abcdef";
    const headers = { ...request.headers, authorization };
    expect((await service.app.inject({ ...request, headers })).statusCode).toBe(200);
  });

  it("takes a policy file that comes after the start, where one may", async () => {
    const policyFile = join(directory, "headway.yaml");
    const url = await start({ policyFile, policyFileMayBeAbsent: true });
    expect((await service.app.inject("/readyz")).json().checks.policy).toBe("ok");
    writeFileSync(policyFile, "defaults: { mode: enforce }");
    await vi.waitFor(
      async () =>
        expect(await metrics(url)).toContain('headway_policy_reloads_total{result="ok"} 1'),
      5_000,
    );
  });

  it("says how much room is taken, and what was over its limits", async () => {
    const url = await start({ limits: { dependenciesMax: 1 } });
    const text = await metrics(url);
    expect(text).toMatch(/^headway_ingest_open_bytes 0$/m);
    expect(text).toMatch(/^headway_dependencies_refused_total 0$/m);
    expect(text).toMatch(/^headway_agents_overflowed_total 0$/m);
  });

  it("says that a port is in use, and lets go of what it has opened", async () => {
    const url = await start();
    const port = Number(new URL(url).port);
    const second = await createService({
      http: { host: "127.0.0.1", port },
      grpc: null,
      dataDir: join(directory, "data"),
    });
    await expect(second.listen()).rejects.toMatchObject({ code: "ERR_LISTEN_IN_USE" });
    const third = await createService({
      http: LOOPBACK,
      grpc: null,
      dataDir: join(directory, "data"),
    });
    await third.close();
  });

  it("closes within a second although a stream is open and a sender has stopped half-way", async () => {
    const url = await start();
    const stream = await open(`${url}/v1/decisions/stream?instance=i-1`);
    const half = request(`${url}/v1/traces`, {
      method: "POST",
      headers: { "content-type": "application/json", "content-length": 1_000 },
    });
    half.on("error", () => {});
    half.write("{");
    await new Promise((resolve) => setTimeout(resolve, 50));
    const startedAt = performance.now();
    await service.close();
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    await vi.waitFor(() => expect(stream.destroyed).toBe(true));
  });

  it("answers what is no HTTP with a problem", async () => {
    const url = await start();
    const answer = await raw(Number(new URL(url).port), "NONSENSE\r\n\r\n");
    expect(answer).toMatch(
      /^HTTP\/1\.1 400 Bad Request\r\ncontent-type: application\/problem\+json/,
    );
    expect(answer).toContain("ERR_REQUEST_INVALID");
  });
});

function tracesOf(count: number): string {
  const attributes = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-5",
  };
  const spans = Array.from({ length: count }, (_, index) => ({
    traceId: "0af7651916cd43dd8448eb211c80319c",
    spanId: (index + 1).toString(16).padStart(16, "0"),
    name: "chat",
    kind: 3,
    startTimeUnixNano: String(1_000_000_000 + index),
    endTimeUnixNano: String(1_500_000_000 + index),
    attributes: Object.entries(attributes).map(([key, stringValue]) => ({
      key,
      value: { stringValue },
    })),
  }));
  return JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] });
}

async function open(url: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = request(url, (response) => {
      response.on("error", () => {});
      response.resume();
      resolve(response);
    });
    sent.on("error", reject);
    sent.end();
  });
}

async function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, "127.0.0.1", () => socket.write(text));
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.on("end", () => resolve(Buffer.concat(chunks).toString()));
    socket.on("error", reject);
  });
}
