import { array, assert, integer, property } from "fast-check";
import { describe, expect, it } from "vitest";
import { BinaryHeap } from "./binary-heap.ts";

function drained(heap: BinaryHeap<number>): number[] {
  const items: number[] = [];
  for (let first = heap.first; first !== undefined; first = heap.first) {
    items.push(first);
    heap.removeFirst();
  }
  return items;
}

describe("a heap", () => {
  it("gives back what went in, in order, also after some were thrown out", () => {
    assert(
      property(array(integer(), { maxLength: 60 }), integer({ min: 1, max: 4 }), (items, nth) => {
        const heap = new BinaryHeap<number>((a, b) => a < b);
        for (const item of items) heap.add(item);
        heap.keep((item) => item % nth === 0);
        for (const item of items) heap.add(item);
        const all = [...items.filter((item) => item % nth === 0), ...items];
        expect(heap.size).toBe(all.length);
        expect(drained(heap)).toEqual(all.sort((a, b) => a - b));
      }),
    );
  });

  it("has no first where nothing is in it", () => {
    const heap = new BinaryHeap<number>((a, b) => a < b);
    heap.removeFirst();
    expect([heap.first, heap.size]).toEqual([undefined, 0]);
  });
});
