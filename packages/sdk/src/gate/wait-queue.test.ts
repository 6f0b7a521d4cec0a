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

  it("finishes a workflow that has begun before another of its key begins", () => {
    const queue = queueOf(
      ["begins", { deadlineAtMs: 300 }],
      ["begins too", { deadlineAtMs: 200 }],
      ["goes on", { deadlineAtMs: 100 }],
    );
    expect(order(queue)).toEqual(["goes on", "begins too", "begins"]);
    expect(queue.last).toBe("begins");
  });

  it("delays no other key by that: a key has as many turns as it has calls, at the same places", () => {
    const queue = queueOf(
      ["a late", { deadlineAtMs: 300 }],
      ["b", { fairnessKey: "b", deadlineAtMs: 900 }],
      ["a later", { deadlineAtMs: 400 }],
      ["b next", { fairnessKey: "b", deadlineAtMs: 950 }],
      ["a soon", { deadlineAtMs: 100 }],
    );
    expect(order(queue)).toEqual(["a soon", "b", "a late", "b next", "a later"]);
  });

  it("lets an earlier deadline pass nobody of a more urgent priority, in its own key neither", () => {
    const queue = queueOf(
      ["urgent", { priority: 1, deadlineAtMs: 900 }],
      ["soon", { priority: 3, deadlineAtMs: 1 }],
      ["idle", { priority: 5, deadlineAtMs: 0 }],
      ["urgent and soon", { priority: 1, deadlineAtMs: 10 }],
    );
    expect(order(queue)).toEqual(["urgent and soon", "urgent", "soon", "idle"]);
  });

  it.each([["none has a deadline", NEVER] as const, ["all have the same", 100] as const])(
    "is by arrival within a key where %s",
    (_, deadlineAtMs) => {
      const names = ["1st", "2nd", "3rd", "4th"];
      const queue = queueOf(...names.map((name) => [name, { deadlineAtMs }] as const));
      expect(order(queue)).toEqual(names);
    },
  );

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
  turn: number;
}

/** The same rules with nothing clever: deal the turns out anew for each that comes, and search the smallest for each that goes. */
class NaiveQueue {
  entries: Entry[] = [];
  turnNow = 0;
  turns: Record<string, number> = {};

  add(id: number, rank: WaitRank): void {
    const turn = Math.max(this.turnNow, this.turns[rank.fairnessKey] ?? 0) + 1;
    this.turns[rank.fairnessKey] = turn;
    this.entries.push({ id, turn, ...rank });
    this.dealTurns(rank);
  }

  /** What turns its calls of this priority have is the key's; whose they are goes by deadline, then by arrival. */
  dealTurns({ priority, fairnessKey }: WaitRank): void {
    const own = this.entries.filter(
      (entry) => entry.priority === priority && entry.fairnessKey === fairnessKey,
    );
    const turns = own.map(({ turn }) => turn).sort((a, b) => a - b);
    const byDeadline = own.sort((a, b) =>
      a.deadlineAtMs < b.deadlineAtMs ? -1 : a.deadlineAtMs > b.deadlineAtMs ? 1 : a.id - b.id,
    );
    for (const [at, entry] of byDeadline.entries()) entry.turn = turns[at]!;
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
      deadlineAtMs: constantFrom(1, 2, 3, NEVER),
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
