import { afterEach, describe, expect, it } from "vitest";
import { FixtureService } from "../fixtures/fixture-service.ts";
import { ManualClock, settle } from "../fixtures/manual-clock.ts";
import { Connection } from "./connection.ts";
import { unreferencedFetch } from "./unreferenced-fetch.ts";
import type { Fetch } from "./unreferenced-fetch.ts";

const open: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

class Scene {
  readonly clock = new ManualClock();
  readonly said: string[] = [];
  readonly requests: string[] = [];
  readonly connection: Connection;

  constructor(url: string, fetch: Fetch = unreferencedFetch) {
    this.connection = new Connection({
      url,
      token: undefined,
      instance: "i 1",
      fetch: (address, init) => {
        this.requests.push(new URL(address).pathname);
        return fetch(address, init);
      },
      clock: this.clock,
      random: () => 0,
      onMessage: ({ kind, version }) => this.said.push(`${kind} ${version}`),
      onConnected: () => this.said.push("connected"),
      onLost: () => this.said.push("lost"),
      onAlive: () => {},
    });
    open.push(() => this.connection.close());
    this.connection.start();
  }

  /** Real sockets, unreal time: waits for what the network brings without moving the clock. */
  async until(said: string): Promise<void> {
    while (!this.said.includes(said)) await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

async function serve(): Promise<FixtureService> {
  const service = await new FixtureService().listen();
  open.push(() => service.close());
  return service;
}

const never: Fetch = (_, { signal }) =>
  new Promise((_resolve, reject) => {
    signal?.addEventListener("abort", () => reject(signal.reason));
  });

describe("a connection", () => {
  it("whose other end goes silent is given up after 40 s, and made anew", async () => {
    const service = await serve();
    const scene = new Scene(service.url);
    await scene.until("connected");
    await scene.clock.advance(39_999);
    expect(scene.said).toEqual(["snapshot 1", "connected"]);
    await scene.clock.advance(1);
    await scene.until("lost");
    await scene.clock.advance(300);
    while (scene.said.filter((what) => what === "connected").length < 2) await settle();
    expect(scene.said).toEqual(["snapshot 1", "connected", "lost", "snapshot 1", "connected"]);
  });

  it("that is kept alive by heartbeats alone stays", async () => {
    const service = await serve();
    const scene = new Scene(service.url);
    await scene.until("connected");
    for (let beat = 0; beat < 6; beat += 1) {
      await scene.clock.advance(15_000);
      service.heartbeat();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(scene.said).toEqual(["snapshot 1", "connected"]);
  });

  it("to a service that accepts and never answers is given up after 10 s, and the other way is tried", async () => {
    const scene = new Scene("http://x.example", never);
    await scene.clock.advance(9_999);
    expect(scene.said).toEqual([]);
    await scene.clock.advance(1_000);
    expect(scene.said).toEqual(["lost"]);
    expect(scene.requests).toEqual(["/v1/decisions/stream", "/v1/decisions"]);
  });

  it("that is refused is tried again by stream, after pauses that double up to 15 s", async () => {
    const scene = new Scene("http://x.example", () => Promise.reject(new Error("refused")));
    const counts: number[] = [];
    for (const seconds of [1, 2, 4, 8, 60]) {
      await scene.clock.advance(seconds * 1_000);
      counts.push(scene.requests.length);
    }
    // Half of 500, 1,000, 2,000 … 15,000 ms, as the draw is 0.
    expect(counts).toEqual([3, 4, 5, 6, 14]);
    expect(new Set(scene.requests)).toEqual(new Set(["/v1/decisions/stream"]));
  });

  it("goes back from polling to the stream without a word of loss", async () => {
    const service = await serve();
    service.behaviour = "no-stream";
    const scene = new Scene(service.url);
    await scene.until("lost");
    await scene.clock.advance(1_000);
    await scene.until("connected");
    service.behaviour = "serve";
    const before = scene.said.length;
    for (let step = 0; step < 40 && service.streamCount === 0; step += 1) {
      service.change({});
      await new Promise((resolve) => setTimeout(resolve, 10));
      await scene.clock.advance(10_000);
    }
    expect(scene.clock.nowMs).toBeGreaterThan(1_300_000);
    expect(service.streamCount).toBe(1);
    expect(scene.said.slice(before)).not.toContain("lost");
  });

  it("is not told by the service to stay away for longer than a minute", async () => {
    const scene = new Scene("http://x.example", () =>
      Promise.resolve(
        new Response("retry: 86400000\n\n", { headers: { "content-type": "text/event-stream" } }),
      ),
    );
    await scene.clock.advance(60_000);
    expect(scene.requests).toHaveLength(2);
  });

  it("ends at once, and for good, when it is closed", async () => {
    const service = await serve();
    const scene = new Scene(service.url);
    await scene.until("connected");
    scene.connection.close();
    while (service.streamCount > 0) await new Promise((resolve) => setTimeout(resolve, 2));
    await scene.clock.advance(60_000);
    expect(scene.requests).toHaveLength(1);
    expect(scene.clock.timerCount).toBe(0);
  });
});
