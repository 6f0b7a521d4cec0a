import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SignalRecorder } from "@headway/core/signals";
import type { Outcome } from "@headway/core/signals";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { POLICY_ENFORCED } from "../api/fixtures/engine-api.ts";
import { START_MS } from "../api/fixtures/samples.ts";
import { SqliteStore } from "../store/sqlite-store.ts";
import { Coordinator } from "./coordinator.ts";

/** A generator of McKay and Lehmer, so that a run is the same every time. */
function createRandom(): () => number {
  let state = 42;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

interface Traffic {
  readonly seconds: number;
  readonly latencyMs: number;
  readonly outcome?: Outcome;
}

/** One service process over the file, and twenty agents in one process that call `tool:idp` forty times a second. */
class Run {
  readonly coordinator: Coordinator;
  readonly #store: SqliteStore;
  readonly #random = createRandom();
  readonly #recorder = new SignalRecorder({ instance: "agents" });
  #nowMs: number;

  constructor(path: string, startMs: number) {
    this.#nowMs = startMs;
    this.#store = new SqliteStore({ path });
    this.coordinator = new Coordinator({
      config: { tickMs: 3_600_000 },
      policy: POLICY_ENFORCED,
      store: this.#store,
      now: () => this.#nowMs,
      random: this.#random,
    });
  }

  get engine() {
    return this.coordinator.tenant("default").engine;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  async traffic(
    { seconds, latencyMs, outcome = "ok" }: Traffic,
    isOver = () => false,
  ): Promise<number> {
    for (let second = 1; second <= seconds; second += 1) {
      for (let call = 0; call < 40; call += 1) this.#call(call, latencyMs, outcome);
      this.#nowMs += 1_000;
      this.coordinator.ingestReports("default", [this.#recorder.take(this.#nowMs)]);
      this.coordinator.tick();
      // The commit of one tick is over before the next.
      await Promise.resolve();
      if (isOver()) return second;
    }
    return Number.POSITIVE_INFINITY;
  }

  isFiring(): boolean {
    return this.engine.detections().some(({ state }) => state === "firing");
  }

  async close(): Promise<void> {
    await this.coordinator.close();
    await this.#store.close();
  }

  /** As after `kill -9`: nothing is written any more, and the file is let go of. */
  async kill(): Promise<void> {
    await this.#store.close();
  }

  #call(call: number, latencyMs: number, outcome: Outcome): void {
    const startMs = this.#nowMs + call * 10;
    const run = this.#recorder.runStarted(
      { dependency: "tool:idp", priority: 3, agent: `agent-${call % 20}` },
      startMs,
    );
    this.#recorder.runEnded(run, { outcome }, startMs + latencyMs * (0.75 + this.#random() / 2));
  }
}

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "headway-restart-"));
  path = join(directory, "headway.db");
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe("after a restart", () => {
  it("overrides are back, with what follows from them", async () => {
    const before = new Run(path, START_MS);
    const override = {
      dependency: "tool:idp",
      action: "limit",
      shape: { concurrency: 3 },
      priority: { from: 2, to: 5 },
      untilMs: START_MS + 3_600_000,
      why: "migration",
      by: "ada",
    } as const;
    before.engine.override(override, START_MS);
    before.coordinator.tick();
    await before.kill();
    const after = new Run(path, START_MS + 5_000);
    await after.coordinator.start();
    after.coordinator.tick();
    expect(after.engine.overrides()).toEqual([override]);
    expect(after.engine.decisions()).toMatchObject([
      { action: "shape", shape: { concurrency: 3 }, reason: { code: "override" } },
    ]);
    await after.close();
  });

  it("holds that were open are open, with the detections behind them, though the process was killed", async () => {
    const before = new Run(path, START_MS);
    await before.traffic({ seconds: 120, latencyMs: 200 });
    const isHeld = () =>
      before.engine.decisions().some(({ reason }) => reason.detections.length > 0);
    await before.traffic({ seconds: 60, latencyMs: 2_000, outcome: "timeout" }, isHeld);
    const decisions = before.engine
      .decisions()
      .filter(({ reason }) => reason.detections.length > 0);
    const firing = before.engine.detections().filter(({ state }) => state === "firing");
    expect(decisions).not.toEqual([]);
    await before.kill();
    const after = new Run(path, before.nowMs + 500);
    await after.coordinator.start();
    expect(after.engine.decisions()).toEqual(expect.arrayContaining(decisions));
    expect(after.engine.detections()).toEqual(expect.arrayContaining(firing));
    expect(after.engine.version).toBeGreaterThanOrEqual(
      Math.max(...decisions.map(({ version }) => version)),
    );
    await after.close();
  });

  it("a slow-down is seen against the baseline of before", async () => {
    const before = new Run(path, START_MS);
    await before.traffic({ seconds: 300, latencyMs: 200 });
    expect(before.isFiring()).toBe(false);
    await before.close();
    const after = new Run(path, before.nowMs + 2_000);
    await after.coordinator.start();
    const secondsWith = await after.traffic({ seconds: 60, latencyMs: 600 }, () =>
      after.isFiring(),
    );
    await after.close();
    const fresh = new Run(join(directory, "fresh.db"), before.nowMs + 2_000);
    await fresh.coordinator.start();
    const secondsWithout = await fresh.traffic({ seconds: 60, latencyMs: 600 }, () =>
      fresh.isFiring(),
    );
    await fresh.close();
    expect(secondsWith).toBeLessThan(30);
    expect(secondsWithout).toBe(Number.POSITIVE_INFINITY);
  });
});
