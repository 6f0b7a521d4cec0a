import { POLICY_DEFAULT } from "@headway/core";
import { afterEach, describe, expect, it } from "vitest";
import { EventReader } from "./fixtures/event-reader.ts";
import { createTestApi } from "./fixtures/test-api.ts";
import type { TestApi, TestApiOptions } from "./fixtures/test-api.ts";
import { decisionOf, leaseOf, START_MS } from "./fixtures/samples.ts";

let api: TestApi;
let base: string;
let readers: EventReader[];

async function start(options: TestApiOptions = {}): Promise<TestApi> {
  api = await createTestApi(options);
  base = await api.listen();
  readers = [];
  return api;
}

function open(instance: string, headers: Record<string, string> = {}): EventReader {
  const reader = new EventReader(`${base}/v1/decisions/stream?instance=${instance}`, headers);
  readers.push(reader);
  return reader;
}

async function opened(
  instance: string,
  headers: Record<string, string> = {},
): Promise<EventReader> {
  const reader = open(instance, headers);
  await reader.until(({ events }) => events.length > 0);
  return reader;
}

afterEach(async () => {
  for (const reader of readers) reader.close();
  await api.close();
});

describe("GET /v1/decisions/stream", () => {
  it("starts with a snapshot, this instance's leases in it", async () => {
    const { engine, coordinator } = await start();
    engine().issue(decisionOf("dec_1"));
    engine().grant("a", [leaseOf(4)]);
    coordinator.tick();
    const reader = await opened("a");
    expect(reader.headers["content-type"]).toBe("text/event-stream; charset=utf-8");
    expect(reader.retryMs).toBe(1_500);
    expect(reader.events).toMatchObject([
      {
        event: "snapshot",
        id: "1",
        data: {
          version: 1,
          serverTime: "2026-01-01T00:00:00.000Z",
          decisions: [{ id: "dec_1" }],
          leases: [{ dependency: "tool:idp_lookup", amount: 4 }],
          identities: [],
        },
      },
    ]);
  });

  it("then pushes what is new, what ended, and leases to their holder only", async () => {
    const { engine, coordinator } = await start();
    engine().issue(decisionOf("dec_1"));
    coordinator.tick();
    const [a, b] = await Promise.all([opened("a"), opened("b")]);
    engine().issue(decisionOf("dec_2"));
    engine().end("dec_1");
    engine().grant("b", [leaseOf(2)]);
    coordinator.tick();
    await Promise.all([a, b].map((reader) => reader.until(({ events }) => events.length === 2)));
    const change = { version: 2, serverTime: "2026-01-01T00:00:00.000Z", ended: ["dec_1"] };
    expect(a.events[1]).toMatchObject({
      event: "change",
      id: "2",
      data: { ...change, decisions: [{ id: "dec_2" }] },
    });
    expect(a.events[1]!.data).not.toHaveProperty("leases");
    expect(b.events[1]).toMatchObject({
      data: { ...change, decisions: [{ id: "dec_2" }], leases: [{ amount: 2 }] },
    });
  });

  it("says nothing to those whom a change of leases does not concern", async () => {
    const { engine, coordinator } = await start();
    const [a, b] = await Promise.all([opened("a"), opened("b")]);
    engine().grant("a", [leaseOf(2)]);
    coordinator.tick();
    await a.until(({ events }) => events.length === 2);
    engine().issue(decisionOf("dec_1"));
    coordinator.tick();
    await b.until(({ events }) => events.length === 2);
    expect(b.events[1]).toMatchObject({ id: "2", data: { decisions: [{ id: "dec_1" }] } });
  });

  it("resumes with only what was missed, and the leases of now", async () => {
    const { engine, coordinator } = await start();
    await opened("a");
    for (const id of ["dec_1", "dec_2", "dec_3"]) {
      engine().issue(decisionOf(id));
      coordinator.tick();
    }
    engine().grant("a", [leaseOf(7)]);
    const reader = open("a", { "last-event-id": "1" });
    await reader.until(({ events }) => events.length === 3);
    expect(reader.events.map(({ event, id }) => `${event} ${id}`)).toEqual([
      "change 2",
      "change 3",
      "change 3",
    ]);
    expect(reader.events.map(({ data }) => data)).toMatchObject([
      { decisions: [{ id: "dec_2" }] },
      { decisions: [{ id: "dec_3" }] },
      { decisions: [], ended: [], leases: [{ amount: 7 }] },
    ]);
  });

  it.each(["99", "0", "-1", "two", "1e3"])(
    "sends a snapshot to one that holds version %s, which it cannot go on from",
    async (last) => {
      const { engine, coordinator } = await start({ tuning: { resumableChangesMax: 2 } });
      await opened("a");
      for (const id of ["dec_1", "dec_2", "dec_3"]) {
        engine().issue(decisionOf(id));
        coordinator.tick();
      }
      const reader = await opened("a", { "last-event-id": last });
      expect(reader.events).toMatchObject([{ event: "snapshot", id: "3" }]);
    },
  );

  it("sends a snapshot to one it never met, whose version may be from before a restart", async () => {
    const { engine, coordinator } = await start();
    await opened("a");
    engine().issue(decisionOf("dec_1"));
    coordinator.tick();
    const reader = await opened("b", { "last-event-id": "0" });
    expect(reader.events).toMatchObject([{ event: "snapshot", id: "1" }]);
  });

  it("sends a new snapshot to all when identity rules change, and lets nobody resume from before", async () => {
    const { coordinator, engine } = await start();
    const reader = await opened("a");
    engine().issue(decisionOf("dec_1"));
    coordinator.tick();
    const identities = [{ when: { "server.address": "idp.example" }, dependency: "tool:idp" }];
    coordinator.setPolicy({ ...POLICY_DEFAULT, version: "sha256:1", identities });
    engine().issue(decisionOf("dec_2"));
    coordinator.tick();
    await reader.until(({ events }) => events.length === 3);
    expect(reader.events[2]).toMatchObject({
      event: "snapshot",
      data: { identities, decisions: [{}, {}] },
    });
    engine().issue(decisionOf("dec_3"));
    coordinator.tick();
    await reader.until(({ events }) => events.length === 4);
    expect(reader.events[3]).toMatchObject({
      event: "change",
      id: "3",
      data: { decisions: [{ id: "dec_3" }] },
    });
    for (const last of ["0", "1"]) {
      const late = await opened("a", { "last-event-id": last });
      expect(late.events[0]).toMatchObject({ event: "snapshot", data: { identities } });
    }
  });

  it("gives a snapshot to who missed that identity rules changed, though no version did", async () => {
    const { coordinator, engine } = await start();
    engine().issue(decisionOf("dec_1"));
    coordinator.tick();
    const before = await opened("a");
    before.close();
    const identities = [{ when: { "server.address": "idp.example" }, dependency: "tool:idp" }];
    coordinator.setPolicy({ ...POLICY_DEFAULT, version: "sha256:1", identities });
    coordinator.tick();
    const missed = await opened("a", { "last-event-id": "1" });
    expect(missed.events[0]).toMatchObject({ event: "snapshot", id: "1", data: { identities } });
    engine().issue(decisionOf("dec_2"));
    coordinator.tick();
    const later = await opened("a", { "last-event-id": "1" });
    expect(later.events[0]).toMatchObject({ event: "snapshot", id: "2", data: { identities } });
    const resumed = await opened("a", { "last-event-id": "2" });
    expect(resumed.events[0]).toMatchObject({ event: "change" });
  });

  it("keeps a silent stream alive with a comment", async () => {
    await start({ tuning: { heartbeatMs: 20 } });
    const reader = await opened("a");
    await reader.until(({ comments }) => comments.length >= 2);
    expect(reader.comments[0]).toBe("0.02s");
  });

  it("tells the engine who is connected, and who is gone only after a grace", async () => {
    const { engine, coordinator, clock } = await start();
    const [first, second] = await Promise.all([opened("a"), opened("a")]);
    expect([...engine().connected]).toEqual(["a"]);
    first.close();
    second.close();
    while (coordinator.clients.open > 0) await new Promise((resolve) => setImmediate(resolve));
    clock.nowMs = START_MS + 1_999;
    coordinator.tick();
    expect([...engine().connected]).toEqual(["a"]);
    clock.nowMs = START_MS + 2_000;
    coordinator.tick();
    expect([...engine().connected]).toEqual([]);
  });

  it("refuses the client after the last place, and takes one again when a place is free", async () => {
    const { coordinator } = await start({ clientsMax: 3 });
    const [leaving] = await Promise.all(["a", "b", "c"].map((instance) => opened(instance)));
    const refused = open("d");
    await refused.until(({ isEnded }) => isEnded);
    expect(refused.status).toBe(503);
    expect(refused.headers["retry-after"]).toBe("2");
    expect(JSON.parse(refused.body)).toMatchObject({ code: "ERR_OVERLOADED", status: 503 });
    expect(coordinator.stats()).toMatchObject({ clientsOpen: 3, clientsRefused: 1 });
    leaving?.close();
    while (coordinator.clients.open === 3) await new Promise((resolve) => setImmediate(resolve));
    expect((await opened("d")).status).toBe(200);
  });

  it("drops a client that does not read, and serves the others on", async () => {
    const { engine, coordinator } = await start({ tuning: { streamBacklogBytesMax: 65_536 } });
    const [slow, quick] = await Promise.all([opened("slow"), opened("quick")]);
    slow.pause();
    const summary = "x".repeat(500_000);
    let sent = 0;
    while (coordinator.clients.dropped === 0 && sent < 200) {
      engine().issue(decisionOf("dec_1", { reason: { code: "failing", summary, detections: [] } }));
      coordinator.tick();
      sent += 1;
      await quick.until(({ events }) => events.length === sent + 1);
    }
    expect(coordinator.stats()).toMatchObject({ clientsDropped: 1, clientsOpen: 1 });
    expect(quick.events.at(-1)).toMatchObject({ id: String(sent) });
    expect(quick.isEnded).toBe(false);
  });

  it("ends in good order when the service closes", async () => {
    const { app } = await start();
    const reader = await opened("a");
    await app.close();
    await reader.until(({ isEnded }) => isEnded);
    expect(reader.isComplete).toBe(true);
  });

  it("needs to be told the instance", async () => {
    await start();
    const reader = new EventReader(`${base}/v1/decisions/stream`);
    readers.push(reader);
    await reader.until(({ isEnded }) => isEnded);
    expect(reader.status).toBe(400);
  });

  it("keeps tenants apart", async () => {
    const { engine, coordinator } = await start({
      tokens: {
        one: { tenant: "one", scopes: ["read"] },
        two: { tenant: "two", scopes: ["read"] },
      },
    });
    const mine = await opened("a", { authorization: "Bearer one" });
    const other = await opened("a", { authorization: "Bearer two" });
    engine("one").issue(decisionOf("dec_1"));
    coordinator.tick();
    engine("two").issue(decisionOf("dec_2"));
    coordinator.tick();
    await Promise.all(
      [mine, other].map((reader) => reader.until(({ events }) => events.length === 2)),
    );
    expect(mine.events[1]).toMatchObject({ data: { decisions: [{ id: "dec_1" }] } });
    expect(other.events[1]).toMatchObject({ data: { decisions: [{ id: "dec_2" }] } });
  });
});
