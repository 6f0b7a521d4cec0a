import { once } from "node:events";
import { createServer } from "node:net";
import type { Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { createHeadway } from "./create-headway.ts";
import type { HeadwayOptions } from "./create-headway.ts";
import {
  FixtureService,
  iso,
  portOf,
  wireDecision,
  wireLease,
} from "./fixtures/fixture-service.ts";
import { ManualClock } from "./fixtures/manual-clock.ts";
import type { Headway } from "./headway.ts";
import { NotNow } from "./not-now.ts";

const CALL = { dependency: "tool:x" };
const open: (() => Promise<void>)[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((close) => close()));
});

async function serve(service = new FixtureService()): Promise<FixtureService> {
  await service.listen();
  open.push(() => service.close());
  return service;
}

function hook(options: HeadwayOptions): Headway {
  const headway = createHeadway(options);
  open.unshift(() => headway.close());
  return headway;
}

async function connected(options: HeadwayOptions): Promise<Headway> {
  const headway = hook(options);
  await event(headway, "connected");
  return headway;
}

function event(headway: Headway, name: "connected" | "stale" | "decision"): Promise<unknown> {
  return new Promise((resolve) => {
    const stop = headway.on(name, (happened: unknown) => {
      stop();
      resolve(happened);
    });
  });
}

describe("with a service", () => {
  it("obeys a hold that came with the snapshot, whatever the service's clock says", async () => {
    const service = await serve(new FixtureService({ decisions: [wireDecision()] }));
    const headway = await connected({ url: service.url });
    const verdict = headway.check("tool:x");
    expect(verdict.action).toBe("hold");
    expect(verdict.retryAfterMs).toBeGreaterThan(55_000);
    expect(verdict.retryAfterMs).toBeLessThan(61_000);
    expect(headway.check("tool:other").action).toBe("proceed");
    await expect(headway.run({ ...CALL, waitMs: 0 }, () => "called")).rejects.toBeInstanceOf(
      NotNow,
    );
    expect(await headway.tryRun({ ...CALL, waitMs: 0 }, () => "called")).toMatchObject({
      admitted: false,
      decision: { id: "dec_1", reason: { code: "retry_storm" } },
    });
  });

  it("lets a held call go as soon as the hold is ended", async () => {
    const service = await serve(new FixtureService({ decisions: [wireDecision()] }));
    const headway = await connected({ url: service.url });
    let isCalled = false;
    const call = headway.run(CALL, () => {
      isCalled = true;
      return "called";
    });
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(isCalled).toBe(false);
    service.change({ decisions: [], ended: ["dec_1"] });
    expect(await call).toBe("called");
  });

  it("keeps within its lease, and takes the next one from a change", async () => {
    const shape = wireDecision({ action: "shape", shape: { concurrency: 10 } });
    const service = await serve(
      new FixtureService({ decisions: [shape], leases: [wireLease({ amount: 2 })] }),
    );
    const headway = await connected({ url: service.url });
    const gauge = new Gauge();
    const calls = Array.from({ length: 20 }, () => headway.run(CALL, () => gauge.hold(5)));
    await Promise.all(calls);
    expect(gauge.most).toBe(2);
    service.change({ leases: [wireLease({ amount: 4 })], decisions: [shape] });
    await new Promise((resolve) => setTimeout(resolve, 30));
    await Promise.all(Array.from({ length: 20 }, () => headway.run(CALL, () => gauge.hold(5))));
    expect(gauge.most).toBe(4);
  });

  it("reports every interval and once more on close", async () => {
    const service = await serve();
    const headway = await connected({ url: service.url, token: "secret", reportIntervalMs: 100 });
    await headway.run(CALL, () => 1);
    await until(() => service.reports.length > 0);
    await headway.run(CALL, () => 1);
    const before = service.reports.length;
    await headway.close();
    expect(service.reports.length).toBeGreaterThan(before);
    expect(service.requests.every(({ headers }) => headers.authorization === "Bearer secret")).toBe(
      true,
    );
  });

  it("comes back after the service dropped it, from where it had stopped", async () => {
    const service = await serve(new FixtureService({ decisions: [wireDecision()] }));
    const headway = await connected({ url: service.url });
    service.change({ decisions: [wireDecision({ version: 2 })] });
    await event(headway, "decision");
    service.drop();
    await until(() => streams(service).length === 2);
    expect(streams(service)[1]!.headers["last-event-id"]).toBe("2");
    await until(() => service.streamCount === 1);
    expect(headway.check("tool:x").action).toBe("hold");
  });

  it("falls back to long-poll where no stream gets through", async () => {
    const service = new FixtureService({ decisions: [wireDecision()] });
    service.behaviour = "no-stream";
    const headway = await connected({ url: (await serve(service)).url });
    expect(headway.check("tool:x").action).toBe("hold");
    await until(() => service.requests.some(({ url }) => url.includes("wait=25")));
    service.change({ decisions: [] });
    await until(() => headway.check("tool:x").action === "proceed");
    const polls = service.requests.filter(({ url }) => url.startsWith("/v1/decisions?"));
    expect(polls[1]!.headers["if-none-match"]).toBe('"1"');
  });

  it("records advice and lets the call go", async () => {
    const advice = wireDecision({ mode: "advise" });
    const service = await serve(new FixtureService({ decisions: [advice] }));
    const headway = await connected({ url: service.url });
    const applied: unknown[] = [];
    headway.on("applied", (happened) => applied.push(happened));
    expect(await headway.run(CALL, () => "called")).toBe("called");
    expect(applied).toMatchObject([{ action: "hold", enforced: false, admitted: true }]);
    expect(headway.check("tool:x")).toMatchObject({ action: "proceed", decision: { id: "dec_1" } });
  });

  it("obeys nothing where its own mode is below enforce", async () => {
    const service = await serve(new FixtureService({ decisions: [wireDecision()] }));
    const headway = await connected({ url: service.url, mode: "advise" });
    expect(await headway.run(CALL, () => "called")).toBe("called");
  });

  it("takes an action from the future for proceed, and drops what it can't read", async () => {
    const decisions = [wireDecision({ action: "teleport" }), { id: 7 }, null, "x"];
    const service = await serve(new FixtureService({ decisions }));
    const headway = await connected({ url: service.url });
    expect(headway.check("tool:x").action).toBe("proceed");
    expect(await headway.run(CALL, () => "called")).toBe("called");
  });

  it("reads the expiry of a hold even if nobody ever ends it", async () => {
    const service = await serve(
      new FixtureService({ decisions: [wireDecision({ expiresAt: iso(150) })] }),
    );
    const headway = await connected({ url: service.url });
    expect(headway.check("tool:x").action).toBe("hold");
    expect(await headway.run(CALL, () => "called")).toBe("called");
    expect(headway.check("tool:x").action).toBe("proceed");
  });
});

describe("without an answer", () => {
  it("proceeds within a millisecond where nothing listens, and says stale", async () => {
    const headway = hook({ url: "http://127.0.0.1:9" });
    const stale = event(headway, "stale");
    await headway.run(CALL, () => 0);
    const startMs = performance.now();
    for (let call = 0; call < 100; call += 1) await headway.run(CALL, () => call);
    expect((performance.now() - startMs) / 100).toBeLessThan(1);
    await stale;
  });

  it("says stale once, however often it tries again", async () => {
    const clock = new ManualClock();
    let tries = 0;
    const fetch = (): Promise<never> => {
      tries += 1;
      return Promise.reject(new Error("refused"));
    };
    const headway = hook({ url: "http://x.example", clock, fetch });
    let staleCount = 0;
    headway.on("stale", () => (staleCount += 1));
    await clock.advance(60_000);
    expect(tries).toBeGreaterThan(4);
    expect(staleCount).toBe(1);
  });

  it("proceeds, and closes in a second, where the service accepts and never answers", async () => {
    const sockets: Socket[] = [];
    const mute = createServer((socket) => sockets.push(socket)).listen(0, "127.0.0.1");
    await once(mute, "listening");
    const headway = createHeadway({
      url: `http://127.0.0.1:${portOf(mute)}`,
      reportIntervalMs: 100,
    });
    const startMs = performance.now();
    for (let call = 0; call < 100; call += 1) await headway.run(CALL, () => call);
    expect((performance.now() - startMs) / 100).toBeLessThan(1);
    await until(() => sockets.length > 0);
    const closeMs = performance.now();
    await headway.close();
    expect(performance.now() - closeMs).toBeLessThan(1_300);
    for (const socket of sockets) socket.destroy();
    mute.close();
  });

  it("proceeds on errors of the service", async () => {
    const service = await serve();
    service.behaviour = "status-500";
    const headway = hook({ url: service.url });
    await event(headway, "stale");
    expect(await headway.run(CALL, () => "called")).toBe("called");
  });
});

describe("options that can't be meant", () => {
  it.each([
    [{ url: "127.0.0.1:4390" }, "ERR_CONFIG_TYPE"],
    [{ url: "ftp://x" }, "ERR_CONFIG_TYPE"],
    [{ waitMs: -1 }, "ERR_CONFIG_RANGE"],
    [{ reportIntervalMs: 99 }, "ERR_CONFIG_RANGE"],
    [{ dependenciesMax: 0 }, "ERR_CONFIG_RANGE"],
    [{ waitMs: Number.NaN }, "ERR_CONFIG_RANGE"],
    [{ limits: { openSpans: 0 } }, "ERR_CONFIG_RANGE"],
    [{ limits: { pairs: Number.NaN } }, "ERR_CONFIG_RANGE"],
  ])("%j is %s", (options, code) => {
    expect(() => createHeadway(options)).toThrow(expect.objectContaining({ code }));
  });
});

class Gauge {
  most = 0;
  #now = 0;

  async hold(ms: number): Promise<void> {
    this.#now += 1;
    this.most = Math.max(this.most, this.#now);
    await new Promise((resolve) => setTimeout(resolve, ms));
    this.#now -= 1;
  }
}

function streams(service: FixtureService): FixtureService["requests"] {
  return service.requests.filter(({ url }) => url.startsWith("/v1/decisions/stream"));
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}
