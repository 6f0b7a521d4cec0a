import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { afterEach, describe, expect, it } from "vitest";

import {
  median,
  nowMs,
  startAgent,
  type AgentProcess,
  type AgentProcessOptions,
} from "./fixtures/agent-process.ts";
import {
  freePort,
  startService,
  until,
  type ServiceProcess,
  type ServiceProcessOptions,
} from "./fixtures/service-process.ts";
import { startTcpRelay } from "./fixtures/tcp-relay.ts";

const ENFORCE = "defaults:\n  mode: enforce\n";

interface DecisionJson {
  readonly id: string;
  readonly action: string;
  readonly scope: { readonly dependency: string };
  readonly shape?: { readonly concurrency?: number };
  readonly reason: { readonly code: string };
}

interface SnapshotJson {
  readonly decisions: readonly DecisionJson[];
  readonly leases: readonly {
    readonly dependency: string;
    readonly amount: number;
    readonly probe: boolean;
  }[];
}

const ending: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const end of ending.splice(0).toReversed()) await end();
});

async function service(options: ServiceProcessOptions = {}): Promise<ServiceProcess> {
  const started = await startService({ policy: ENFORCE, ...options });
  ending.push(() => started.stop("SIGKILL"));
  return started;
}

function agent(options: AgentProcessOptions): AgentProcess {
  const started = startAgent(options);
  ending.push(() => started.stop());
  return started;
}

async function snapshot(url: string, query = ""): Promise<SnapshotJson> {
  return (await fetch(`${url}/v1/decisions${query}`)).json() as Promise<SnapshotJson>;
}

const decisionsOn = async (url: string, dependency: string): Promise<readonly DecisionJson[]> =>
  (await snapshot(url)).decisions.filter((decision) => decision.scope.dependency === dependency);

async function stateOf(url: string, dependency: string): Promise<string> {
  const view = (await (await fetch(`${url}/v1/dependencies/${dependency}`)).json()) as {
    state?: string;
  };
  return view.state ?? "absent";
}

async function holdByHand(url: string, dependency: string, forMs = 600_000): Promise<void> {
  const answer = await fetch(`${url}/v1/overrides/${dependency}`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ action: "hold", forMs, why: "test" }),
  });
  expect(answer.status).toBe(200);
}

/** Calls go through untouched: none escapes, none is refused, and the hook takes less than a millisecond of each. */
async function expectUnharmed(process: AgentProcess, forMs: number): Promise<void> {
  await until(
    () => process.callsSince(0).length,
    (count) => count > 5,
  );
  const sinceMs = nowMs();
  await delay(forMs);
  const calls = process.callsSince(sinceMs);
  expect(calls.length).toBeGreaterThan(forMs / 200);
  expect(calls.filter((call) => call.outcome !== "ok")).toEqual([]);
  expect(median(calls.map((call) => call.overheadMs!))).toBeLessThan(1);
  expect(process.messages.filter((message) => message.kind === "thrown")).toEqual([]);
}

const staleCount = (process: AgentProcess): number =>
  process.messages.filter((message) => message.kind === "stale").length;

describe("a service that can't be reached", () => {
  it("from the start costs a call nothing, and is said once", { timeout: 60_000 }, async () => {
    const process = agent({ url: `http://127.0.0.1:${await freePort()}` });
    await expectUnharmed(process, 3_000);
    await until(
      () => staleCount(process),
      (count) => count > 0,
    );
    expect(staleCount(process)).toBe(1);
  });

  it("because it accepts and never answers costs a call nothing", { timeout: 60_000 }, async () => {
    const deaf = createServer(() => undefined).listen(0, "127.0.0.1");
    await once(deaf, "listening");
    ending.push(() => void deaf.close());
    const address = deaf.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const process = agent({ url: `http://127.0.0.1:${port}` });
    await expectUnharmed(process, 5_000);
  });

  it(
    "behind a half-open connection costs a call nothing, and is found again",
    { timeout: 150_000 },
    async () => {
      const { url } = await service();
      const relay = await startTcpRelay(Number(new URL(url).port));
      ending.push(() => relay.close());
      const process = agent({ url: relay.url });
      await until(() => process.messages.some(({ kind }) => kind === "connected"), Boolean);
      relay.freeze();
      await expectUnharmed(process, 3_000);
      relay.thaw();
      // The frozen connection says nothing of its death; only its silence does, and a decision that gets through.
      await holdByHand(url, "tool:idp");
      const isHeld = (): boolean => process.callsSince(0).at(-1)?.outcome === "not now";
      await until(isHeld, Boolean, 90_000);
      expect(process.messages.filter(({ kind }) => kind === "thrown")).toEqual([]);
    },
  );
});

describe("a service killed in a storm", () => {
  it("leaves agents going, and comes back with what it knew", { timeout: 120_000 }, async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "headway-faults-"));
    ending.push(() => rmSync(dataDir, { recursive: true, force: true }));
    const httpPort = await freePort();
    const first = await service({ dataDir, httpPort });
    const instances = ["one", "two", "three"];
    const agents = instances.map((instance) =>
      agent({ url: first.url, instance, intervalMs: 15, waitMs: 200 }),
    );
    await until(
      () => stateOf(first.url, "tool:idp"),
      (state) => state === "healthy",
      30_000,
    );
    await holdByHand(first.url, "tool:other");
    for (const { process } of agents) process.send("fail");
    await until(
      () => stateOf(first.url, "tool:idp"),
      (state) => state === "failing",
      30_000,
    );
    const before = await until(
      () => decisionsOn(first.url, "tool:idp"),
      (decisions) => decisions.some(({ action }) => action === "hold"),
      30_000,
    );
    await delay(1_500);

    await first.stop("SIGKILL");
    const killedMs = nowMs();
    await delay(3_000);
    for (const process of agents) {
      const calls = process.callsSince(killedMs);
      expect(calls.length).toBeGreaterThan(20);
      expect(process.messages.filter((message) => message.kind === "thrown")).toEqual([]);
      // A call that the hold keeps waits as long as its caller allowed, and not longer because of the dead service.
      expect(Math.max(...calls.map((call) => call.overheadMs!))).toBeLessThan(400);
    }

    const second = await service({ dataDir, httpPort });
    const after = await decisionsOn(second.url, "tool:idp");
    expect(after.map(({ id }) => id)).toEqual(
      expect.arrayContaining(before.filter(({ action }) => action === "hold").map(({ id }) => id)),
    );
    expect(
      (await decisionsOn(second.url, "tool:other")).map(({ action, reason }) => [
        action,
        reason.code,
      ]),
    ).toEqual([["hold", "override"]]);
    expect(await stateOf(second.url, "tool:idp")).not.toBe("unknown");

    for (let look = 0; look < 10; look += 1) {
      const [shape] = (await decisionsOn(second.url, "tool:idp")).filter(
        ({ action }) => action === "shape",
      );
      const snapshots = await Promise.all(
        instances.map((instance) => snapshot(second.url, `?instance=${instance}`)),
      );
      const granted = snapshots
        .flatMap(({ leases }) => leases)
        .filter(({ dependency }) => dependency === "tool:idp");
      const sum = granted.reduce((total, { amount }) => total + amount, 0);
      if (shape?.shape?.concurrency !== undefined)
        expect(sum).toBeLessThanOrEqual(Math.ceil(shape.shape.concurrency));
      else
        expect(
          granted.filter(({ amount, probe }) => amount > 1 || (amount === 1 && !probe)),
        ).toEqual([]);
      await delay(300);
    }
  });
});

describe("a clock that is moved", () => {
  it(
    "forward and back changes nothing: not in the agent, not in the service",
    { timeout: 60_000 },
    async () => {
      const preload = fileURLToPath(new URL("./fixtures/clock-jump.ts", import.meta.url));
      const { url } = await service({ env: { NODE_OPTIONS: `--import=${preload}` } });
      const process = agent({ url, preload, dependency: "tool:held", waitMs: 0 });
      const free = agent({ url, preload, dependency: "tool:free", waitMs: 0 });
      await until(() => process.messages.some((message) => message.kind === "connected"), Boolean);
      const served = Date.parse(
        ((await (await fetch(`${url}/v1/decisions`)).json()) as { serverTime: string }).serverTime,
      );
      const put = await fetch(`${url}/v1/overrides/tool:held`, {
        method: "PUT",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({
          action: "hold",
          until: new Date(served + 6_000).toISOString(),
          why: "test",
        }),
      });
      expect(put.status).toBeLessThan(300);
      const heldMs = nowMs();
      await until(
        () => process.callsSince(heldMs).some((call) => call.outcome === "not now"),
        Boolean,
      );
      const goingMs = (): number | undefined =>
        process.callsSince(heldMs + 2_000).find((call) => call.outcome === "ok")?.atMs;
      const resumedMs = await until(goingMs, (atMs) => atMs !== undefined, 20_000);
      expect(resumedMs! - heldMs).toBeGreaterThan(4_500);
      expect(resumedMs! - heldMs).toBeLessThan(9_000);
      await expectUnharmed(free, 500);
      expect(staleCount(free)).toBe(0);
    },
  );
});

describe("an agent killed while it holds the prober's lease", () => {
  it("is replaced by another, which finds the recovery", { timeout: 120_000 }, async () => {
    const { url } = await service();
    const instances = ["one", "two", "three"];
    const agents = new Map(
      instances.map((instance) => [
        instance,
        agent({ url, instance, intervalMs: 15, waitMs: 300 }),
      ]),
    );
    await until(
      () => stateOf(url, "tool:idp"),
      (state) => state === "healthy",
      30_000,
    );
    for (const { process } of agents.values()) process.send("fail");
    const prober = async (): Promise<string | undefined> => {
      const snapshots = await Promise.all(
        [...agents.keys()].map(async (instance) => ({
          instance,
          ...(await snapshot(url, `?instance=${instance}`)),
        })),
      );
      const holders = snapshots.filter(({ leases }) =>
        leases.some(({ dependency, probe }) => dependency === "tool:idp" && probe),
      );
      expect(holders.length).toBeLessThanOrEqual(1);
      return holders[0]?.instance;
    };
    const elected = await until(prober, (instance) => instance !== undefined, 40_000);
    await agents.get(elected!)!.stop("SIGKILL");
    agents.delete(elected!);
    const next = await until(
      prober,
      (instance) => instance !== undefined && instance !== elected,
      30_000,
    );
    expect(instances).toContain(next);
    const healedMs = nowMs();
    for (const { process } of agents.values()) process.send("heal");
    const isGoing = (): boolean =>
      [...agents.values()].every(
        (process) =>
          process.callsSince(healedMs).filter((call) => call.outcome === "ok").length > 50,
      );
    await until(isGoing, Boolean, 40_000);
  });
});
