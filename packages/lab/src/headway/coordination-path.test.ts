import { Engine } from "@headway/core";
import { expect, it } from "vitest";
import type { CoordinationSpec } from "../scenario/scenario.ts";
import { EventQueue } from "../simulation/event-queue.ts";
import { randomStream } from "../simulation/random.ts";
import { CoordinationPath } from "./coordination-path.ts";
import { enginePolicy } from "./engine-policy.ts";
import { attemptOf } from "./fixtures/attempts.ts";
import { ORIGIN_MS } from "./virtual-clock.ts";

const DEPENDENCY = "tool:x";

/** Two processes, and an operator who has held what they call, for an hour. */
class Scene {
  readonly events = new EventQueue();
  readonly engine = new Engine({
    tenant: "default",
    policy: enginePolicy([], {}),
    random: randomStream(1, "engine"),
  });
  readonly path: CoordinationPath;
  readonly said: string[] = [];

  constructor(change: Partial<CoordinationSpec> = {}) {
    const dependencies = [{ id: DEPENDENCY, timeoutMs: 4_000 }];
    this.engine.override(
      {
        dependency: DEPENDENCY,
        action: "hold",
        priority: { from: 1, to: 5 },
        untilMs: ORIGIN_MS + 3_600_000,
        why: "maintenance",
        by: "ann",
      },
      ORIGIN_MS,
    );
    this.path = new CoordinationPath({
      fleet: {
        events: this.events,
        random: (purpose) => randomStream(1, purpose),
        processes: ["p0", "p1"],
        dependencies,
        plant: { dependencies: new Map() },
      },
      coordination: {
        stalenessMs: 400,
        reportIntervalMs: 1_000,
        tickMs: 1_000,
        lostReports: 0,
        disobeying: 0,
        clockSkewMs: 0,
        spanBatchMs: 0,
        ...change,
      },
      engine: this.engine,
    });
  }

  askAt(atMs: number): this {
    const say = (what: string) => (): void => {
      this.said.push(`${what} at ${Math.round(this.events.nowMs)}`);
    };
    this.events.at(atMs, () => {
      const attempt = attemptOf({ dependency: DEPENDENCY, deadlineMs: atMs + 60_000 });
      this.path.hookOf(0).request(attempt, { go: say("goes"), refuse: say("refused") });
    });
    return this;
  }

  run(): readonly string[] {
    this.events.runUntil(200_000);
    return this.said;
  }

  holdEndsMs(process: number): number | undefined {
    return this.path.hookOf(process).table.at(DEPENDENCY)?.gate.decisions[0]?.expiresAtMs;
  }
}

it("tells processes of a decision once it has had its time on the way", () => {
  expect(new Scene().askAt(199).run()).toEqual(["goes at 199"]);
  // Once told, it is held, and refused when it has waited as long as calls wait.
  expect(new Scene().askAt(1_201).run()).toEqual(["refused at 31201"]);
});

it("keeps to what a dead service said until that has run out, and then forgets it", () => {
  const scene = new Scene({ deadFromS: 20 }).askAt(21_000);
  const { gate } = scene.path.hookOf(0).table.at(DEPENDENCY)!;
  scene.events.runUntil(45_000);
  expect(scene.said).toEqual([]);
  expect(gate.isOpen).toBe(false);
  // Decisions are told for half a minute at most.
  scene.events.runUntil(50_201);
  expect(scene.said).toHaveLength(1);
  expect(scene.said[0]).toMatch(/^goes at/);
  expect(gate.isOpen).toBe(true);
});

it("holds on for as long as the service lives, though nothing changes", () => {
  expect(new Scene().askAt(150_000).run()).toEqual(["refused at 180000"]);
});

it("lets each process read the same times on its own clock", () => {
  const right = new Scene();
  const skewed = new Scene({ clockSkewMs: 3_600_000 });
  for (const scene of [right, skewed]) scene.events.runUntil(5_000);
  expect(right.holdEndsMs(0)).toBe(right.holdEndsMs(1));
  const apartMs = (skewed.holdEndsMs(0) ?? 0) - (skewed.holdEndsMs(1) ?? 0);
  expect(Math.abs(apartMs)).toBeGreaterThan(60_000);
});

it("asks a process that does not obey nothing", () => {
  expect(new Scene({ disobeying: 1 }).askAt(5_000).run()).toEqual(["goes at 5000"]);
});
