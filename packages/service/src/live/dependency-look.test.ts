import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LiveApi } from "./fixtures/live-api.ts";
import { lookAt } from "./dependency-look.ts";
import type { LiveView } from "./live-view.ts";

let api: LiveApi;

beforeEach(async () => {
  api = await LiveApi.create();
});

afterEach(() => api.close());

async function dependency(id: string) {
  const view = (await api.opened()).events[0]?.data as LiveView;
  return view.dependencies.find((one) => one.id === id);
}

describe("what is told of a dependency", () => {
  it("is the last second, against what is usual", async () => {
    api.seconds(60);
    const told = await dependency("tool:t3");
    expect(told?.now).toMatchObject({ callsPerSecond: 36, errorShare: 0, inFlight: 6, agents: 18 });
    expect(told?.usualMs).toBeGreaterThan(80);
    expect(told?.usualMs).toBeLessThan(120);
  });

  it("says what waits, by priority", async () => {
    api.seconds(30);
    api.seconds(5, { failing: 3 });
    expect((await dependency("http:idp.example"))?.now.waiting).toBe(18);
    const { body } = await api.get("/v1/overrides/http%3Aidp.example/preview?from=4");
    expect(body.waiting.map(({ calls }: { calls: number }) => calls)).toEqual([0, 0, 0, 18, 0]);
    expect(body.waiting.map(({ isInScope }: { isInScope: boolean }) => isInScope)).toEqual([
      false,
      false,
      false,
      true,
      true,
    ]);
  });

  it.each([
    [2_499, true],
    [2_500, false],
  ])("is still now after %i ms: %s", (agoMs, isNow) => {
    api.seconds(3);
    const { engine } = api.coordinator.tenant("default");
    const look = lookAt(engine, "tool:t3", api.clock.nowMs + agoMs);
    expect(look?.last !== undefined).toBe(isNow);
  });

  it("is nothing at all when nobody calls any more", async () => {
    api.seconds(30);
    for (let second = 0; second < 5; second += 1) {
      api.clock.nowMs += 1_000;
      api.coordinator.tick();
    }
    expect((await dependency("tool:t3"))?.now).toMatchObject({
      callsPerSecond: 0,
      attemptsPerSecond: 0,
      p50Ms: null,
      inFlight: 0,
    });
  });
});
