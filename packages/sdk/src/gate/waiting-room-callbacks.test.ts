import { describe, expect, it } from "vitest";
import { lease, shape } from "../fixtures/decisions.ts";
import { Scene } from "../fixtures/waiting-scene.ts";

describe("a room that is asked without a promise", () => {
  const visit = {
    caller: { priority: 3, agent: undefined },
    fairnessKey: "",
    waitMs: 1_000,
    deadlineAtMs: Number.POSITIVE_INFINITY,
    held: undefined,
  } as const;

  it("who may go is told so at once, and is never said to wait", () => {
    const scene = new Scene().told([shape()], lease({ amount: 1 }));
    const said: unknown[] = [];
    const note = ({ admitted }: { readonly admitted: boolean }) => said.push(admitted);
    scene.room.admit(visit, 1_000_000, note, () => said.push("waits"));
    scene.room.admit({ ...visit, waitMs: 0 }, 1_000_000, note, () => said.push("waits"));
    expect(said).toEqual([true, false]);
  });

  it("who waits can be withdrawn from the moment that anybody is told of it, and hears no more", async () => {
    const scene = new Scene().told([shape()], lease({ amount: 1 }));
    const said: string[] = [];
    let withdraw = () => {};
    scene.onWaiting = () => withdraw();
    scene.gate.enter(1_000_000);
    scene.room.admit(
      visit,
      1_000_000,
      () => said.push("settled"),
      (leave) => {
        withdraw = leave;
      },
    );
    expect(scene.room.length).toBe(0);
    expect(scene.waiting).toEqual([1, 0]);
    scene.end();
    await scene.clock.advance(5_000);
    expect(said).toEqual([]);
    expect(scene.clock.timerCount).toBe(0);
    withdraw();
    expect(scene.waiting).toEqual([1, 0]);
  });
});
