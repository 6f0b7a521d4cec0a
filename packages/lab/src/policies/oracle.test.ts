import { describe, expect, it } from "vitest";
import type { Dependency, Plant } from "../plant/plant.ts";
import { DEPENDENCY, Desk, countOf } from "./fixtures/desk.ts";
import { oracle } from "./oracle.ts";

/** A dependency as a test wants it; what it holds is set by hand, and grows with what goes in. */
class Scene {
  readonly desk: Desk;
  readonly state = { inService: 0, capacityPerSecond: 20 };

  constructor() {
    const { state } = this;
    const dependency: Dependency = {
      id: DEPENDENCY,
      request: () => ({ giveUp() {} }),
      get inService() {
        return state.inService;
      },
      queued: 0,
      servers: 10,
      get capacityPerSecond() {
        return state.capacityPerSecond;
      },
      serviceMsMean: 500,
      // Services take up to a second, evenly.
      shareWithin: (ms) => Math.min(1, Math.max(0, ms / 1_000)),
      counts: { requests: 0, answered: 0, hung: 0, cancelled: 0, lockouts: 0 },
    };
    const plant: Plant = {
      dependencies: new Map([
        [DEPENDENCY, dependency],
        ["db:other", dependency],
      ]),
    };
    this.desk = new Desk(oracle, { plant });
  }

  /** Asks, and lets what goes take a server. */
  ask(change: Parameters<Desk["ask"]>[0] = {}): ReturnType<Desk["ask"]> {
    const asked = this.desk.ask(change);
    if (asked.said === "go") this.state.inService += 1;
    return asked;
  }
}

describe("the oracle", () => {
  it("sends as many as there are free servers, work for callers long gone included", () => {
    const scene = new Scene();
    scene.state.inService = 7;
    const asked = Array.from({ length: 6 }, () => scene.ask());
    expect([countOf(asked, "go"), countOf(asked, "nothing")]).toEqual([3, 3]);
  });

  it("sees within 5 ms that a server is free though nobody told it", () => {
    const scene = new Scene();
    scene.state.inService = 10;
    const asked = scene.ask();
    scene.state.inService = 9;
    scene.desk.at(4);
    expect(asked.said).toBe("nothing");
    scene.desk.at(5);
    expect(asked.said).toBe("go");
  });

  it("serves by priority, then deadline", () => {
    const scene = new Scene();
    scene.state.inService = 10;
    const normal = scene.ask({ deadlineMs: 5_000 });
    const urgent = scene.ask({ priority: 1, deadlineMs: 9_000 });
    const sooner = scene.ask({ priority: 1, deadlineMs: 8_000 });
    const order: string[] = [];
    for (let step = 1; step <= 3; step += 1) {
      scene.state.inService = 9;
      scene.desk.at(5 * step);
      for (const [name, { said }] of Object.entries({ normal, urgent, sooner }))
        if (said === "go" && !order.includes(name)) order.push(name);
      scene.state.inService = 10;
    }
    expect(order).toEqual(["sooner", "urgent", "normal"]);
  });

  it.each([
    [500, "go"],
    [499, "nothing"],
  ])("with %i ms left, of which a service takes up to a second, says %s", (leftMs, said) => {
    expect(new Scene().ask({ deadlineMs: leftMs }).said).toBe(said);
  });

  it("paces to a rate limit below what its servers give", () => {
    const scene = new Scene();
    scene.state.capacityPerSecond = 4;
    const asked: ReturnType<Scene["ask"]>[] = [];
    for (let ms = 0; ms <= 10_000; ms += 50) {
      scene.desk.at(ms);
      scene.state.inService = 0;
      asked.push(scene.ask());
    }
    // 4 a second for 10 s, and one at the start.
    expect(countOf(asked, "go")).toBeGreaterThanOrEqual(40);
    expect(countOf(asked, "go")).toBeLessThanOrEqual(42);
  });

  it("waits out a throttle, and does not send everybody to the same shut door", () => {
    const scene = new Scene();
    // None of them takes a server: they are turned away.
    const asked = scene.desk.askMany(1);
    scene.desk.end(asked[0]!, "throttled", 10, 300);
    const waiting = scene.desk.askMany(20);
    scene.desk.at(299);
    expect(countOf(waiting, "go")).toBe(0);
    scene.desk.at(301);
    expect(countOf(waiting, "go")).toBeLessThanOrEqual(1);
  });

  it("paces for a second after a throttle, though its servers would take more", () => {
    const scene = new Scene();
    const first = scene.desk.ask();
    scene.desk.end(first, "throttled", 10, 100);
    const asked: ReturnType<Scene["ask"]>[] = [];
    for (let ms = 0; ms < 1_000; ms += 5) {
      scene.desk.at(ms);
      scene.state.inService = 0;
      asked.push(scene.ask());
    }
    // 20 a second is what its servers give.
    const paced = countOf(asked, "go");
    expect(paced).toBeGreaterThan(15);
    expect(paced).toBeLessThanOrEqual(20);
  });

  it("has retries queue at once, but backs off from errors, which it foresees no better than others", () => {
    const { desk } = new Scene();
    const asked = desk.ask();
    expect(desk.retryAfter(asked, "timeout", 700)).toBe(0);
    expect(desk.retryAfter(asked, "throttled", 700)).toBe(0);
    expect(desk.retryAfter(asked, "error", 700)).toBe(700);
  });
});
