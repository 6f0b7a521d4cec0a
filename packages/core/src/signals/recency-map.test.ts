import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RecencyMap } from "./recency-map.ts";

describe("a recency map", () => {
  it("keeps the order of a plain map whose touched keys are deleted and set again", () => {
    const step = fc.record({
      kind: fc.constantFrom("add", "touch", "delete", "takeOldest"),
      key: fc.constantFrom("a", "b", "c", "d"),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const map = new RecencyMap<number>();
        const naive = new Map<string, number>();
        steps.forEach(({ kind, key }, index) => {
          const known = naive.get(key);
          if (kind === "add" && known === undefined) {
            map.add(key, index);
            naive.set(key, index);
          } else if (kind === "touch") {
            expect(map.touch(key)).toBe(known);
            naive.delete(key);
            if (known !== undefined) naive.set(key, known);
          } else if (kind === "delete") {
            map.delete(key);
            naive.delete(key);
          } else if (kind === "takeOldest") {
            const oldest = [...naive][0];
            expect(map.takeOldest()).toBe(oldest?.[1]);
            if (oldest !== undefined) naive.delete(oldest[0]);
          }
          expect([...map]).toEqual([...naive]);
          expect(map.size).toBe(naive.size);
          expect(map.get(key)).toBe(naive.get(key));
        });
      }),
    );
  });

  it("goes on where the entry it tells of is deleted meanwhile", () => {
    const map = new RecencyMap<number>();
    for (const key of ["a", "b", "c"]) map.add(key, 0);
    const seen: string[] = [];
    for (const [key] of map) {
      map.delete(key);
      seen.push(key);
    }
    expect(seen).toEqual(["a", "b", "c"]);
    expect(map.size).toBe(0);
  });
});
