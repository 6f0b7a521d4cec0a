import { describe, expect, it } from "vitest";
import { ManualClock } from "../fixtures/manual-clock.ts";
import { Freshness } from "./freshness.ts";

class Scene {
  readonly clock = new ManualClock();
  readonly said: string[] = [];
  knownUntilMs = Number.NEGATIVE_INFINITY;
  readonly freshness = new Freshness({
    clock: this.clock,
    knownUntilMs: () => this.knownUntilMs,
    onStale: () => this.said.push("stale"),
    onFresh: () => this.said.push("fresh"),
  });
}

describe("what the service said", () => {
  it("is stale from the first failure where it never said anything, and that is told once", () => {
    const scene = new Scene();
    for (let failure = 0; failure < 5; failure += 1) scene.freshness.lost();
    expect(scene.said).toEqual(["stale"]);
  });

  it("counts for 45 s of silence, and not a moment longer", async () => {
    const scene = new Scene();
    scene.freshness.connected();
    await scene.clock.advance(30_000);
    scene.freshness.heard();
    await scene.clock.advance(44_999);
    expect(scene.said).toEqual(["fresh"]);
    await scene.clock.advance(1);
    expect(scene.said).toEqual(["fresh", "stale"]);
  });

  it("counts until all of it has run out where the connection is lost", async () => {
    const scene = new Scene();
    scene.freshness.connected();
    scene.knownUntilMs = scene.clock.nowMs + 10_000;
    scene.freshness.lost();
    await scene.clock.advance(9_999);
    expect(scene.said).toEqual(["fresh"]);
    await scene.clock.advance(1);
    expect(scene.said).toEqual(["fresh", "stale"]);
  });

  it("counts while the first reconnect is awaited, and each further failure changes nothing", async () => {
    const scene = new Scene();
    scene.freshness.connected();
    scene.freshness.lost();
    await scene.clock.advance(2_000);
    scene.freshness.lost();
    await scene.clock.advance(999);
    expect(scene.said).toEqual(["fresh"]);
    await scene.clock.advance(1);
    expect(scene.said).toEqual(["fresh", "stale"]);
  });

  it("says nothing of an interruption that the first reconnect ends", async () => {
    const scene = new Scene();
    for (let turn = 0; turn < 5; turn += 1) {
      scene.freshness.connected();
      scene.freshness.lost();
      await scene.clock.advance(2_000);
    }
    scene.freshness.connected();
    expect(scene.said).toEqual(["fresh"]);
  });

  it("counts again after a reconnect, and each outage is told once", async () => {
    const scene = new Scene();
    scene.freshness.connected();
    scene.freshness.lost();
    await scene.clock.advance(5_000);
    scene.freshness.lost();
    scene.freshness.connected();
    scene.freshness.connected();
    expect(scene.said).toEqual(["fresh", "stale", "fresh"]);
    await scene.clock.advance(45_000);
    expect(scene.said).toEqual(["fresh", "stale", "fresh", "stale"]);
  });

  it("is nobody's business after close", async () => {
    const scene = new Scene();
    scene.freshness.connected();
    scene.freshness.close();
    await scene.clock.advance(100_000);
    expect(scene.said).toEqual(["fresh"]);
    expect(scene.clock.timerCount).toBe(0);
  });
});
