import { PRIORITIES } from "@headway/core/signals";
import type { Priority } from "@headway/core/signals";
import { array, assert, constant, constantFrom, nat, oneof, property, record } from "fast-check";
import { describe, expect, it } from "vitest";
import { WaitQueue } from "./wait-queue.ts";
import type { WaitRank } from "./wait-queue.ts";

const NEVER = Number.POSITIVE_INFINITY;

function queueOf(...ranks: readonly (readonly [name: string, rank: Partial<WaitRank>])[]) {
  const queue = new WaitQueue<string>();
  for (const [name, rank] of ranks) {
    queue.add(name, { priority: 3, fairnessKey: "a", deadlineAtMs: NEVER, ...rank });
  }
  return queue;
}

function order(queue: WaitQueue<string>): string[] {
  const names: string[] = [];
  queue.drain((name) => {
    names.push(name);
    return false;
  });
  return names;
}

describe("the order of those that wait", () => {
  it("is by priority before all", () => {
    const queue = queueOf(
      ["background", { priority: 5, deadlineAtMs: 1 }],
      ["normal", {}],
      ["critical", { priority: 1 }],
    );
    expect(order(queue)).toEqual(["critical", "normal", "background"]);
  });

  it("takes turns between keys, however many calls one of them has", () => {
    const queue = queueOf(["a1", {}], ["a2", {}], ["a3", {}], ["b1", { fairnessKey: "b" }]);
    expect(order(queue)).toEqual(["a1", "b1", "a2", "a3"]);
  });

  it("does not let a key that comes late catch up on turns it never waited for", () => {
    const queue = queueOf(["a1", {}], ["a2", {}], ["a3", {}], ["a4", {}]);
    queue.drain((name) => name === "a1" || name === "a2");
    queue.add("b1", { priority: 3, fairnessKey: "b", deadlineAtMs: NEVER });
    queue.add("b2", { priority: 3, fairnessKey: "b", deadlineAtMs: NEVER });
    expect(order(queue)).toEqual(["a3", "b1", "a4", "b2"]);
  });

  it("is by deadline within a turn, and by arrival where neither has one", () => {
    const queue = queueOf(
      ["first", { fairnessKey: "a" }],
      ["second", { fairnessKey: "b" }],
      ["soon", { fairnessKey: "c", deadlineAtMs: 10 }],
    );
    expect(order(queue)).toEqual(["soon", "first", "second"]);
  });

  it("forgets the turns once nobody waits", () => {
    const queue = queueOf(["a1", {}], ["a2", {}]);
    queue.drain(() => true);
    queue.add("a3", { priority: 3, fairnessKey: "a", deadlineAtMs: NEVER });
    queue.add("b1", { priority: 3, fairnessKey: "b", deadlineAtMs: 5 });
    expect(order(queue)).toEqual(["b1", "a3"]);
  });

  it("names the one whose turn comes last", () => {
    expect(queueOf(["low", { priority: 4 }], ["high", { priority: 2 }]).last).toBe("low");
    expect(new WaitQueue().last).toBeUndefined();
  });

  it("takes out only what is in", () => {
    const queue = queueOf(["a1", {}]);
    expect(queue.remove("b1")).toBe(false);
    expect(queue.remove("a1")).toBe(true);
    expect(queue.length).toBe(0);
  });
});

interface Entry extends WaitRank {
  readonly id: number;
  readonly turn: number;
}

/** The same rules with nothing clever: search the smallest each time. */
class NaiveQueue {
  entries: Entry[] = [];
  turnNow = 0;
  turns: Record<string, number> = {};

  add(id: number, rank: WaitRank): void {
    const turn = Math.max(this.turnNow, this.turns[rank.fairnessKey] ?? 0) + 1;
    this.turns[rank.fairnessKey] = turn;
    this.entries.push({ id, turn, ...rank });
  }

  serve(): number | undefined {
    let best: Entry | undefined;
    for (const entry of this.entries) if (best === undefined || isBefore(entry, best)) best = entry;
    if (best !== undefined) this.remove(best.id, best.turn);
    return best?.id;
  }

  remove(id: number, turn = this.turnNow): void {
    this.entries = this.entries.filter((entry) => entry.id !== id);
    this.turnNow = Math.max(this.turnNow, turn);
    if (this.entries.length === 0) Object.assign(this, { turnNow: 0, turns: {} });
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  if (a.priority !== b.priority) return a.priority < b.priority;
  if (a.turn !== b.turn) return a.turn < b.turn;
  if (a.deadlineAtMs !== b.deadlineAtMs) return a.deadlineAtMs < b.deadlineAtMs;
  return a.id < b.id;
}

const step = oneof(
  {
    weight: 5,
    arbitrary: record({
      kind: constant("add" as const),
      priority: constantFrom<Priority>(...PRIORITIES),
      fairnessKey: constantFrom("a", "b", "c"),
      deadlineAtMs: constantFrom(1, 2, NEVER),
    }),
  },
  { weight: 3, arbitrary: record({ kind: constant("serve" as const) }) },
  { weight: 1, arbitrary: record({ kind: constant("leave" as const), id: nat(40) }) },
);

it("serves in the order that a search through all would find", () => {
  assert(
    property(array(step, { minLength: 20, maxLength: 80 }), (steps) => {
      const queue = new WaitQueue<number>();
      const naive = new NaiveQueue();
      let id = 0;
      const served: (number | undefined)[] = [];
      const expected: (number | undefined)[] = [];
      for (const taken of steps) {
        if (taken.kind === "add") {
          id += 1;
          queue.add(id, taken);
          naive.add(id, taken);
        } else if (taken.kind === "leave") {
          if (queue.remove(taken.id)) naive.remove(taken.id);
        } else {
          served.push(serve(queue));
          expected.push(naive.serve());
        }
      }
      expect(served).toEqual(expected);
      expect(queue.length).toBe(naive.entries.length);
    }),
    { numRuns: 300 },
  );
});

function serve(queue: WaitQueue<number>): number | undefined {
  let served: number | undefined;
  queue.drain((item) => {
    if (served !== undefined) return false;
    served = item;
    return true;
  });
  return served;
}
