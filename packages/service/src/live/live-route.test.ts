import type { Socket } from "node:net";
import { Compile } from "typebox/compile";
import { afterEach, describe, expect, it } from "vitest";
import { MemoryStore } from "../store/memory-store.ts";
import type { EventReader, StreamEvent } from "../api/fixtures/event-reader.ts";
import { LiveApi } from "./fixtures/live-api.ts";
import type { LiveApiOptions } from "./fixtures/live-api.ts";
import { merge } from "./fixtures/merge.ts";
import { LIVE_BACKLOG_BYTES_MAX } from "./live-client.ts";
import { LIVE_CLIENTS_MAX } from "./live-route.ts";
import { LiveDeltaSchema, LiveViewSchema } from "./live-schemas.ts";
import type { LiveDelta, LiveView } from "./live-view.ts";

const SCHEMAS = { snapshot: Compile(LiveViewSchema), delta: Compile(LiveDeltaSchema) };
const STORM = { failing: 3 };
/** So many dependencies that a frame is some 60 kB. */
const WIDE = {
  processes: 2,
  agentsPerProcess: 150,
  dependencies: 300,
  dependenciesPerProcess: 150,
};

let api: LiveApi;

async function start(options: LiveApiOptions = {}): Promise<LiveApi> {
  api = await LiveApi.create(options);
  return api;
}

afterEach(() => api.close());

function viewOf(event: StreamEvent | undefined): LiveView {
  if (event?.event !== "snapshot") throw new Error(`no snapshot but ${event?.event}`);
  return event.data as LiveView;
}

function deltaOf(event: StreamEvent | undefined): LiveDelta {
  if (event?.event !== "delta") throw new Error(`no delta but ${event?.event}`);
  return event.data as LiveDelta;
}

/** A second, and the frame that it made. */
async function next(reader: EventReader, mood?: { failing: number }): Promise<StreamEvent> {
  const known = reader.events.length;
  api.second(mood);
  await reader.until(({ events }) => events.length > known);
  return reader.events.at(-1)!;
}

describe("GET /v1/live", () => {
  it("sends what its schema says, from before a storm to after it", async () => {
    await start();
    api.seconds(30);
    const reader = await api.opened();
    expect(reader.headers["content-type"]).toBe("text/event-stream; charset=utf-8");
    for (let second = 0; second < 90; second += 1)
      await next(reader, { failing: second > 5 && second < 40 ? 3 : 0 });
    const late = await api.opened();
    for (const { event, data } of [...reader.events, ...late.events]) {
      const schema = SCHEMAS[event as keyof typeof SCHEMAS];
      expect([...schema.Errors(data)], event).toEqual([]);
    }
    expect(reader.events.map(({ event }) => event).slice(0, 2)).toEqual(["snapshot", "delta"]);
  });

  it("names the root cause first, what is done about it and until when, and who retries", async () => {
    await start();
    api.seconds(30);
    api.seconds(15, STORM);
    const view = viewOf((await api.opened()).events[0]);
    const [first, ...others] = view.dependencies.toSorted((a, b) => b.trouble - a.trouble);
    expect(first).toMatchObject({ id: "http:idp.example", isRoot: true, state: "failing" });
    expect(first?.actions[0]).toMatchObject({ action: "hold", mode: "enforce" });
    expect(Date.parse(first?.actions[0]?.until ?? "")).toBeGreaterThan(Date.parse(view.serverTime));
    expect(
      others.filter(({ rootCause }) => rootCause === "http:idp.example").map(({ id }) => id),
    ).toEqual(expect.arrayContaining(["tool:onboard", "tool:verify"]));
    expect(view.graph.edges).toContainEqual(
      expect.objectContaining({ from: "tool:verify", to: "http:idp.example", isSpreading: true }),
    );
    expect(view.graph.edges.filter(({ from }) => from === "agents").length).toBeGreaterThan(0);
    expect(view.raster.rows[0]?.retries.slice(-3)).toEqual([2, 2, 2]);
    expect(view.detections.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(["failing", "cascade"]),
    );
    const failing = view.detections.find(({ kind }) => kind === "failing");
    expect(failing?.series.values.slice(-20)).toEqual([...Array(5).fill(0), ...Array(15).fill(1)]);
    expect(view.log.length).toBeGreaterThan(3);
  });

  it("speaks every second, also when there is nothing to say", async () => {
    await start();
    const reader = await api.opened();
    for (const frame of [2, 3, 4]) {
      api.clock.nowMs += 1_000;
      api.coordinator.tick();
      await reader.until(({ events }) => events.length === frame);
      expect(Object.keys(deltaOf(reader.events.at(-1)))).toEqual(["frame", "after", "serverTime"]);
      expect(reader.events.at(-1)?.id).toBe(String(frame));
    }
  });

  it("says no more than one frame a second, but an override at once", async () => {
    await start();
    api.seconds(3);
    const reader = await api.opened();
    for (let tick = 0; tick < 9; tick += 1) {
      api.clock.nowMs += 100;
      api.coordinator.tick();
    }
    const put = await api.app.inject({
      method: "PUT",
      url: "/v1/overrides/tool:t4",
      payload: { action: "hold", forMs: 60_000, why: "provider says so" },
    });
    expect(put.statusCode).toBe(200);
    await reader.until(({ events }) => events.length > 1);
    expect(reader.events).toHaveLength(2);
    const delta = deltaOf(reader.events[1]);
    expect(delta.dependencies).toContainEqual(
      expect.objectContaining({
        id: "tool:t4",
        override: expect.objectContaining({ action: "hold", why: "provider says so" }),
        actions: [expect.objectContaining({ action: "hold" })],
      }),
    );
    expect(delta.log?.map(({ kind }) => kind)).toContain("override.set");
  });

  it("gives all readers the same bytes", async () => {
    await start();
    api.seconds(3);
    const readers = await Promise.all([api.opened(), api.opened(), api.opened()]);
    for (let second = 0; second < 5; second += 1) api.second(STORM);
    await Promise.all(readers.map((reader) => reader.until(({ events }) => events.length === 6)));
    expect(new Set(readers.map(({ body }) => body)).size).toBe(1);
  });

  it("begins anew for whoever comes back, whatever id it says it had", async () => {
    await start();
    api.seconds(3);
    const first = await api.opened();
    await next(first);
    first.close();
    const second = await api.opened({ "last-event-id": first.events.at(-1)!.id });
    expect(second.events[0]?.event).toBe("snapshot");
  });

  it("knows the log of earlier lives", async () => {
    const store = new MemoryStore();
    await store.commit({
      tenant: "default",
      records: [],
      audit: [
        {
          atMs: 1_000,
          kind: "override.set",
          dependency: "tool:x",
          by: "me",
          summary: "x",
          id: null,
        },
      ],
    });
    await start({ store });
    api.coordinator.tenant("default");
    await new Promise((resolve) => setImmediate(resolve));
    const view = viewOf((await api.opened()).events[0]);
    expect(view.log).toEqual([expect.objectContaining({ at: "1970-01-01T00:00:01.000Z" })]);
  });

  it("keeps tenants apart, and asks for a token that may read", async () => {
    await start({
      tokens: {
        a: { tenant: "a", scopes: ["read"] },
        b: { tenant: "b", scopes: ["read"] },
        sender: { tenant: "a", scopes: ["ingest"] },
      },
    });
    api.second(STORM, "a");
    const [a, b] = await Promise.all(
      ["a", "b"].map(async (secret) => api.opened({ authorization: `Bearer ${secret}` })),
    );
    expect(viewOf(a!.events[0])).toMatchObject({ tenant: "a" });
    expect(viewOf(a!.events[0]).dependencies).toHaveLength(6);
    expect(viewOf(b!.events[0])).toMatchObject({ tenant: "b", dependencies: [], log: [] });
    for (const path of ["/v1/live", "/v1/history?dependency=tool:t4"]) {
      const of = async (headers: Record<string, string>) => (await api.get(path, headers)).body;
      expect(await of({})).toMatchObject({ status: 401, code: "ERR_AUTH_REQUIRED" });
      expect(await of({ authorization: "Bearer nobody" })).toMatchObject({
        code: "ERR_AUTH_TOKEN",
      });
      expect(await of({ authorization: "Bearer sender" })).toMatchObject({
        code: "ERR_AUTH_SCOPE",
      });
    }
  });

  it("refuses to steer for a page of another origin", async () => {
    await start();
    const answer = await api.app.inject({
      method: "PUT",
      url: "/v1/overrides/tool:t4",
      headers: { origin: "https://elsewhere.example" },
      payload: { action: "hold", forMs: 60_000, why: "x" },
    });
    expect(answer.json()).toMatchObject({ status: 403, code: "ERR_AUTH_ORIGIN" });
  });

  it.each([
    ["cross-site", 403],
    ["same-site", 200],
    ["same-origin", 200],
    ["none", 200],
  ])("answers a browser whose request is %s with %i", async (site, status) => {
    await start();
    const reader = api.open({ "sec-fetch-site": site });
    await reader.until((opened) => opened.status !== undefined);
    expect(reader.status).toBe(status);
  });

  it("has so many places, and says when to come back", async () => {
    await start();
    for (let index = 0; index < LIVE_CLIENTS_MAX; index += 1) api.open();
    const last = api.open();
    await last.until(({ status }) => status !== undefined);
    expect(last.status).toBe(503);
    expect(last.headers["retry-after"]).toBe("2");
  });

  it("counts against the places of all streams, and gives its own back", async () => {
    await start({ clientsMax: 1 });
    const first = await api.opened();
    const refused = api.open();
    await refused.until(({ status }) => status !== undefined);
    expect(refused.status).toBe(503);
    first.close();
    await refused.until(() => api.coordinator.clients.open === 0);
    expect((await api.opened()).status).toBe(200);
  });

  it.each([
    "/v1/live?at=yesterday",
    "/v1/live?at=2026-01-01T00:00:00",
    "/v1/live?at=2026-13-01T00:00:00Z",
    "/v1/live?at=2099-01-01T00:00:00Z",
    "/v1/live?att=2026-01-01T00:00:00Z",
    "/v1/history",
    "/v1/history?dependency=nonsense",
    "/v1/history?dependency=tool:t4&from=2026-01-01T00:00:01Z&to=2026-01-01T00:00:00Z",
    "/v1/history?dependency=tool:t4&to=0",
    "/v1/overrides/tool:t4/preview?from=4&to=2",
    "/v1/overrides/tool:t4/preview?from=0",
    "/v1/overrides/tool:t4/preview?action=explode",
    "/v1/overrides/nonsense/preview",
  ])("refuses %s", async (path) => {
    await start();
    api.second();
    expect((await api.get(path)).body).toMatchObject({ status: 400, code: "ERR_REQUEST_INVALID" });
  });
});

describe("a reader that does not read", () => {
  let sockets: Socket[];

  async function stuck(): Promise<EventReader> {
    await start({ fleet: WIDE });
    sockets = [];
    api.app.server.on("connection", (socket: Socket) => sockets.push(socket));
    api.seconds(5);
    const reader = await api.opened();
    reader.pause();
    // The machine's own buffers take a few megabytes before the service sees that nobody reads.
    while (sockets[0]!.writableLength <= LIVE_BACKLOG_BYTES_MAX) await frame();
    return reader;
  }

  async function frame(): Promise<void> {
    api.second();
    await new Promise((resolve) => setImmediate(resolve));
  }

  it("is sent nothing more, so nothing piles up; when it reads again it is where the others are", async () => {
    const reader = await stuck();
    const waiting = sockets[0]!.writableLength;
    for (let second = 0; second < 20; second += 1) await frame();
    expect(sockets[0]!.writableLength).toBeLessThanOrEqual(waiting);
    reader.resume();
    await reader.until(() => sockets[0]!.writableLength === 0);
    const seen = reader.events.length;
    await next(reader);
    await next(reader);
    const [snapshot, delta] = reader.events.slice(-2);
    expect(reader.events.length).toBeGreaterThanOrEqual(seen);
    expect(merge(viewOf(snapshot), deltaOf(delta)).frame).toBe(viewOf(snapshot).frame + 1);
  });

  it("is cut off after half a minute, and counted", async () => {
    const reader = await stuck();
    for (let second = 0; second < 32; second += 1) await frame();
    expect(api.coordinator.clients.dropped).toBe(1);
    reader.resume();
    await reader.until(({ isEnded }) => isEnded);
    expect(api.coordinator.clients.open).toBe(0);
  });
});

describe("GET /v1/live?at=", () => {
  it("shows what was kept of that moment, and says what was not", async () => {
    await start();
    api.seconds(30);
    const calmMs = api.clock.nowMs;
    api.seconds(20, STORM);
    const stormMs = api.clock.nowMs;
    api.seconds(200);
    await api.coordinator.tenant("default").journal.flush();
    const at = async (ms: number) => {
      const { status, body } = await api.get(`/v1/live?at=${new Date(ms).toISOString()}`);
      expect(status).toBe(200);
      expect([...SCHEMAS.snapshot.Errors(body)]).toEqual([]);
      return body as LiveView;
    };
    const calm = await at(calmMs);
    expect(calm).toMatchObject({ isLive: false, detections: [], log: [] });
    expect(calm.dependencies.map(({ state }) => state)).toEqual(Array(6).fill("healthy"));
    const storm = await at(stormMs);
    expect(storm.serverTime).toBe(new Date(stormMs).toISOString());
    expect(storm.dependencies[0]).toMatchObject({
      id: "http:idp.example",
      state: "failing",
      isRoot: true,
      now: { errorShare: 1 },
    });
    expect(storm.detections.length).toBeGreaterThan(2);
    expect(storm.log.length).toBeGreaterThan(0);
    expect(storm.notKept).toEqual(expect.arrayContaining(["graph", "raster", "actions"]));
    const old = await at(calmMs - 3_600_000);
    expect(old).toMatchObject({ dependencies: [], detections: [], log: [] });
  });
});
