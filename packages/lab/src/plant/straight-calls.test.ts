import { describe, expect, it } from "vitest";
import { EventQueue } from "../simulation/event-queue.ts";
import type { Answer, Dependency } from "./plant.ts";
import { loneDependency } from "./fixtures/lone-dependency.ts";
import { straightCalls } from "./straight-calls.ts";

const request = { client: 0, priority: 3, deadlineMs: Infinity } as const;

/** Answers each request as told, after as long as told; undefined: never. */
function setUp(
  answers: readonly (readonly [outcome: Answer["outcome"], ms: number] | undefined)[],
) {
  const events = new EventQueue();
  const asked: { atMs: number; givenUpMs: number[] }[] = [];
  const dependency: Dependency = {
    ...loneDependency().dependency,
    id: "b",
    shareWithin: () => 1,
    request: (_, answer) => {
      const entry: (typeof asked)[number] = { atMs: events.nowMs, givenUpMs: [] };
      const told = answers[asked.length];
      asked.push(entry);
      if (told) events.after(told[1], () => answer({ outcome: told[0] }));
      return { giveUp: () => void entry.givenUpMs.push(events.nowMs) };
    },
  };
  const seen: [boolean, number][] = [];
  const call = straightCalls(events, () => ({ dependency, timeoutMs: 100 }));
  const sent = call("a", { dependency: "b", attempts: 2 }, request, (isOk) =>
    seen.push([isOk, events.nowMs]),
  );
  return { events, asked, seen, sent };
}

describe("a call between dependencies that nothing stands before", () => {
  it("is done with its first good answer", () => {
    const { events, asked, seen } = setUp([["ok", 30]]);
    events.runUntil(1_000);
    expect(seen).toEqual([[true, 30]]);
    expect(asked).toEqual([{ atMs: 0, givenUpMs: [] }]);
  });

  it("tries again at once after an error, a throttle or a time-out, as often as it has attempts", () => {
    const { events, asked, seen } = setUp([["throttled", 30], undefined]);
    events.runUntil(1_000);
    expect(asked).toEqual([
      { atMs: 0, givenUpMs: [] },
      { atMs: 30, givenUpMs: [130] },
    ]);
    expect(seen).toEqual([[false, 130]]);
  });

  it("takes no answer that comes after its time-out", () => {
    const { events, seen } = setUp([["ok", 120], undefined]);
    events.runUntil(1_000);
    expect(seen).toEqual([[false, 200]]);
  });

  it("says nothing and tries nothing once it is given up", () => {
    const { events, asked, seen, sent } = setUp([undefined]);
    events.runUntil(10);
    sent.giveUp();
    sent.giveUp();
    events.runUntil(1_000);
    expect(asked).toEqual([{ atMs: 0, givenUpMs: [10] }]);
    expect(seen).toEqual([]);
  });
});
