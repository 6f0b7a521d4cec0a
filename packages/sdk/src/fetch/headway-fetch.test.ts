import { createServer } from "node:http";
import type { Server } from "node:http";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Agent, fetch as undiciFetch, interceptors, request } from "undici";
import { createHeadway } from "../create-headway.ts";
import { FixtureService, portOf, wireDecision } from "../fixtures/fixture-service.ts";
import { reportedAttempts } from "../fixtures/reported-attempts.ts";
import type { Headway } from "../headway.ts";
import { NotNow } from "../not-now.ts";
import { SIGNAL_SOURCE } from "../signal-source.ts";
import { headwayFetch } from "./headway-fetch.ts";
import { headwayInterceptor } from "./headway-interceptor.ts";

let statuses: number[] = [];
let hits = 0;
const upstream: Server = createServer((_, response) => {
  hits += 1;
  response.writeHead(statuses.shift() ?? 200, { "retry-after": "0" }).end("body");
});
const service = new FixtureService();
let headway: Headway;
let url: string;
let dependency: string;

beforeAll(async () => {
  await new Promise<void>((resolve) => {
    upstream.listen(0, "127.0.0.1", resolve);
  });
  await service.listen();
  url = `http://127.0.0.1:${portOf(upstream)}/path?query=1`;
  dependency = `http:127.0.0.1:${portOf(upstream)}`;
});

beforeEach(async () => {
  [statuses, hits] = [[], 0];
  service.reports.length = 0;
  service.change({ decisions: [] });
  headway = createHeadway({ url: service.url, waitMs: 0, reportIntervalMs: 60_000 });
  await new Promise<void>((resolve) => {
    headway.on("connected", () => resolve());
  });
});

afterEach(() => headway.close());
afterAll(async () => {
  await service.close();
  upstream.closeAllConnections();
  upstream.close();
});

async function decide(change: object): Promise<void> {
  const arrived = new Promise<void>((resolve) => {
    headway.on("decision", () => resolve());
  });
  const scope = { dependency, priority: { from: 1, to: 5 } };
  service.change({ decisions: [wireDecision({ scope, ...change })] });
  await arrived;
}

const spent = {
  aborted: false,
  paused: false,
  reason: null,
  rawHeaders: [],
  rawTrailers: [],
  abort() {},
  pause() {},
  resume() {},
};

async function outcomes(): Promise<Record<string, number>> {
  const counts = await reportedAttempts(headway, service);
  return Object.fromEntries(
    Object.entries(counts).map(([key, count]) => [key.slice(key.indexOf(" ") + 1), count]),
  );
}

describe("a guarded fetch", () => {
  it("answers as fetch does, and counts each attempt by its status", async () => {
    const fetch = headwayFetch(headway);
    statuses = [200, 429, 500];
    expect(await (await fetch(url)).text()).toBe("body");
    expect((await fetch(new URL(url))).status).toBe(429);
    expect((await fetch(new Request(url))).status).toBe(500);
    expect(await outcomes()).toEqual({ ok: 1, throttled: 1, error: 1 });
  });

  it("does not send what is held", async () => {
    await decide({});
    await expect(headwayFetch(headway)(url)).rejects.toBeInstanceOf(NotNow);
    expect(hits).toBe(0);
  });

  it("says 503 and when to come back, where asked to refuse by a response", async () => {
    await decide({});
    const response = await headwayFetch(headway, { refusal: "response" })(url);
    expect(response.status).toBe(503);
    expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(50);
    expect(response.headers.get("headway-action")).toBe("hold");
  });

  it("stops waiting when its request is aborted", async () => {
    await decide({});
    const abort = new AbortController();
    const call = headwayFetch(headway, { waitMs: 10_000 })(url, { signal: abort.signal });
    abort.abort(new Error("enough"));
    await expect(call).rejects.toThrow("enough");
  });

  it("passes unnamed requests on unguarded, and names others as it is told", async () => {
    await decide({ scope: { dependency: "tool:mine", priority: { from: 1, to: 5 } } });
    expect((await headwayFetch(headway, { dependency: () => undefined })(url)).status).toBe(200);
    const named = headwayFetch(headway, { dependency: () => "tool:mine" });
    await expect(named(url)).rejects.toBeInstanceOf(NotNow);
  });
});

describe("a guarded dispatcher", () => {
  it("is asked for each attempt below the retries", async () => {
    statuses = [503, 503, 200];
    const retries = interceptors.retry({ minTimeout: 1, maxRetries: 3 });
    const dispatcher = new Agent().compose(headwayInterceptor(headway), retries);
    const { statusCode, body } = await request(url, { dispatcher });
    await body.text();
    expect(statusCode).toBe(200);
    expect(await outcomes()).toEqual({ throttled: 2, ok: 1 });
    await dispatcher.close();
  });

  it("sends nothing that is held, and tells the caller why", async () => {
    await decide({});
    const dispatcher = new Agent().compose(headwayInterceptor(headway));
    await expect(request(url, { dispatcher })).rejects.toBeInstanceOf(NotNow);
    const refused = undiciFetch(url, { dispatcher });
    await expect(refused).rejects.toMatchObject({ cause: { code: "ERR_NOT_NOW" } });
    expect(hits).toBe(0);
    await dispatcher.close();
  });

  it("dispatches later what has to wait", async () => {
    await decide({});
    const dispatcher = new Agent().compose(headwayInterceptor(headway, { waitMs: 10_000 }));
    const call = request(url, { dispatcher });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(hits).toBe(0);
    service.change({ decisions: [], ended: ["dec_1"] });
    const { statusCode, body } = await call;
    expect([statusCode, await body.text()]).toEqual([200, "body"]);
    await dispatcher.close();
  });

  it("answers 503 itself where asked to", async () => {
    await decide({});
    const guard = headwayInterceptor(headway, { refusal: "response" });
    const dispatcher = new Agent().compose(guard);
    const { statusCode, headers, body } = await request(url, { dispatcher });
    expect(statusCode).toBe(503);
    expect(Number(headers["retry-after"])).toBeGreaterThan(50);
    expect(await body.text()).toBe("");
    expect((await undiciFetch(url, { dispatcher })).status).toBe(503);
    await dispatcher.close();
  });

  it("tells the caller of a dispatch that throws, unless it was told already", async () => {
    const told: string[] = [];
    const handler = { onResponseError: (_: unknown, error: Error) => told.push(error.message) };
    const requested = { origin: url, path: "/", method: "GET" } as const;
    const guard = headwayInterceptor(headway);
    guard(() => {
      throw new Error("untold");
    })(requested, handler);
    guard((_, inner) => {
      inner.onResponseError?.(spent, new Error("told"));
      throw new Error("told again");
    })(requested, handler);
    await new Promise((resolve) => setImmediate(resolve));
    expect(told.toSorted()).toEqual(["told", "untold"]);
    expect(await outcomes()).toEqual({ error: 2 });
  });

  it("stops waiting when its request is aborted", async () => {
    await decide({});
    const dispatcher = new Agent().compose(headwayInterceptor(headway, { waitMs: 10_000 }));
    const abort = new AbortController();
    const call = request(url, { dispatcher, signal: abort.signal });
    abort.abort(new Error("enough"));
    await expect(call).rejects.toThrow("enough");
    expect(headway[SIGNAL_SOURCE].recorder.take(Date.now()).points).not.toContainEqual(
      expect.objectContaining({ signal: "headway.call.waiting", value: 1 }),
    );
    await dispatcher.close();
  });

  it("tells the caller of a failed connection once, and counts it", async () => {
    const dispatcher = new Agent().compose(headwayInterceptor(headway));
    const errors: string[] = [];
    await new Promise<void>((resolve) => {
      dispatcher.dispatch(
        { origin: "http://127.0.0.1:9", path: "/", method: "GET" },
        {
          onResponseError: (_, error) => {
            errors.push(error.message);
            setImmediate(resolve);
          },
        },
      );
    });
    expect(errors).toEqual([expect.stringContaining("ECONNREFUSED")]);
    expect(await outcomes()).toEqual({ error: 1 });
    await dispatcher.close();
  });
});
