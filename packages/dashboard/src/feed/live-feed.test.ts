import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { nowMs } from "../clock.ts";
import { viewFixture } from "../fixtures/world-fixture.ts";
import type { World } from "../world/world.ts";
import { LiveFeed } from "./live-feed.ts";
import type { Connection } from "./live-stream.ts";

/** A service on the other end of `fetch`: what it sends, and what it was asked with. */
class FakeService {
  readonly asked: (string | null)[] = [];
  status = 200;
  isUp = true;
  #lines: ReadableStreamDefaultController<Uint8Array>[] = [];

  readonly fetch = (_url: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    this.asked.push(new Headers(init?.headers).get("authorization"));
    if (!this.isUp) return Promise.reject(new TypeError("fetch failed"));
    if (this.status !== 200) return Promise.resolve(new Response("{}", { status: this.status }));
    const body = new ReadableStream<Uint8Array>({
      start: (line) => {
        this.#lines.push(line);
        init?.signal?.addEventListener("abort", () => line.error(new Error("aborted")));
      },
    });
    return Promise.resolve(new Response(body));
  };

  send(event: string, data: unknown): void {
    this.sendText(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  sendText(text: string): void {
    this.#lines.at(-1)?.enqueue(new TextEncoder().encode(text));
  }

  hangUp(): void {
    this.#lines.at(-1)?.close();
  }
}

describe("the live feed", () => {
  const service = { current: new FakeService() };
  const said: Connection[] = [];
  const worlds: World[] = [];
  let frames: (() => void)[] = [];
  let token: string | null = null;
  let feed: LiveFeed;
  const settle = (ms = 0) => vi.advanceTimersByTimeAsync(ms);
  const paint = (): void => {
    const due = frames;
    frames = [];
    for (const frame of due) frame();
  };

  beforeEach(() => {
    vi.useFakeTimers({
      toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "performance"],
    });
    service.current = new FakeService();
    said.length = 0;
    worlds.length = 0;
    frames = [];
    token = null;
    feed = new LiveFeed({
      url: "http://headway/v1/live",
      token: () => token,
      fetch: service.current.fetch,
      nowMs,
      random: () => 0.5,
      onConnection: (connection) => said.push(connection),
      onNextFrame: (callback) => frames.push(callback),
      onWorld: (world) => worlds.push(world),
    });
    feed.start();
  });
  afterEach(() => {
    feed.stop();
    vi.useRealTimers();
  });
  const states = (): string[] => said.map(({ state }) => state);
  const delta = (frame: number, after = frame - 1) => ({
    frame,
    after,
    serverTime: viewFixture().serverTime,
  });

  it("says that it is live when the service has spoken, not when the line is open", async () => {
    await settle(100);
    expect(states()).toEqual(["connecting"]);
    service.current.send("snapshot", viewFixture());
    await settle();
    expect(states()).toEqual(["connecting", "live"]);
  });

  it("hands on one world a frame, the newest, however many messages came", async () => {
    await settle();
    service.current.send("snapshot", viewFixture());
    for (const frame of [2, 3, 4]) service.current.send("delta", delta(frame));
    await settle();
    expect(frames).toHaveLength(1);
    paint();
    expect(worlds.map(({ frame }) => frame)).toEqual([4]);
  });

  it("reads events that come in pieces, cut inside a character", async () => {
    await settle();
    const text = `event: snapshot\ndata: ${JSON.stringify(viewFixture({ tenant: "zürich" }))}\n\n`;
    const bytes = new TextEncoder().encode(text);
    const cut = bytes.indexOf(0xc3) + 1;
    vi.spyOn(TextEncoder.prototype, "encode")
      .mockReturnValueOnce(bytes.slice(0, cut))
      .mockReturnValueOnce(bytes.slice(cut));
    service.current.sendText("first");
    service.current.sendText("second");
    await settle();
    paint();
    expect(worlds[0]?.tenant).toBe("zürich");
  });

  it("connects again when it missed a frame", async () => {
    await settle();
    service.current.send("snapshot", viewFixture());
    service.current.send("delta", delta(3, 2));
    await settle();
    expect(service.current.asked).toHaveLength(2);
    expect(states().at(-1)).toBe("connecting");
  });

  it("is stale after five silent seconds, live again with the next word, and hangs up after fifteen", async () => {
    await settle();
    service.current.send("snapshot", viewFixture());
    await settle(4_900);
    expect(states().at(-1)).toBe("live");
    await settle(700);
    expect(states().at(-1)).toBe("stale");
    service.current.send("delta", delta(2));
    await settle();
    expect(states().at(-1)).toBe("live");
    await settle(15_600);
    expect(said.at(-1)).toMatchObject({ state: "lost", why: "nothing was heard for 15 seconds" });
  });

  it("never gives up, and waits longer each time, ten seconds at most", async () => {
    await settle();
    service.current.send("snapshot", viewFixture());
    await settle();
    service.current.isUp = false;
    service.current.hangUp();
    await settle();
    const waits: number[] = [];
    for (let tries = 1; tries <= 8; tries += 1) {
      const before = service.current.asked.length;
      let waitedMs = 0;
      while (service.current.asked.length === before) {
        await settle(50);
        waitedMs += 50;
      }
      waits.push(waitedMs);
    }
    expect(waits).toEqual([500, 750, 1_250, 2_250, 4_250, 5_250, 5_250, 5_250]);
    service.current.isUp = true;
    await settle(6_000);
    service.current.send("snapshot", viewFixture());
    await settle();
    expect(states().at(-1)).toBe("live");
  });

  it("counts how long it is lost from the last word, over all tries", async () => {
    await settle();
    service.current.send("snapshot", viewFixture());
    await settle();
    const heardMs = nowMs();
    service.current.isUp = false;
    service.current.hangUp();
    await settle(4_000);
    expect(said.at(-1)).toMatchObject({
      state: "lost",
      sinceMs: heardMs,
      why: "the service does not answer",
    });
  });

  it("asks for a token when the service does, and stops knocking until it has one", async () => {
    service.current.status = 401;
    feed.start();
    await settle(60_000);
    expect(said.at(-1)).toEqual({ state: "refused", why: "This service asks for a token." });
    const before = service.current.asked.length;
    token = "secret";
    service.current.status = 200;
    feed.start();
    await settle();
    expect(service.current.asked.slice(before)).toEqual(["Bearer secret"]);
  });
});
