import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Instances } from "./instances.ts";

function create(instancesMax = 10) {
  const said: string[] = [];
  const instances = new Instances({
    onConnected: (instance, nowMs) => said.push(`+${instance} ${nowMs}`),
    onGone: (instance, nowMs) => said.push(`-${instance} ${nowMs}`),
    instancesMax,
  });
  return { instances, said };
}

describe("Instances", () => {
  it("says an instance is there once, however many connections it has", () => {
    const { instances, said } = create();
    instances.connected("a", 0);
    instances.connected("a", 1);
    expect(said).toEqual(["+a 0"]);
  });

  it("says it is gone at a tick after the longest grace of its connections", () => {
    const { instances, said } = create();
    const stream = instances.connected("a", 0);
    const poll = instances.connected("a", 0);
    poll(5_000, 1_000);
    stream(2_000, 1_000);
    instances.sweep(5_999);
    expect(said).toEqual(["+a 0"]);
    instances.sweep(6_000);
    expect(said).toEqual(["+a 0", "-a 6000"]);
    expect(instances.size).toBe(0);
  });

  it("never says so when it is back in time, or when one connection ends twice", () => {
    const { instances, said } = create();
    const first = instances.connected("a", 0);
    first(2_000, 1_000);
    instances.connected("a", 2_000);
    first(0, 2_000);
    instances.sweep(100_000);
    expect(said).toEqual(["+a 0"]);
  });

  it("serves without counting what is over its bound", () => {
    const { instances, said } = create(1);
    instances.connected("a", 0);
    instances.connected("b", 0)(0, 0);
    instances.sweep(1);
    expect(said).toEqual(["+a 0"]);
  });

  it("agrees with a recount, whatever the order", () => {
    const steps = fc.array(
      fc.tuple(fc.constantFrom("open", "close", "sweep"), fc.constantFrom("a", "b"), fc.nat(3)),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(steps, (run) => {
        const present = new Set<string>();
        const instances = new Instances({
          onConnected: (name) => present.add(name),
          onGone: (name) => present.delete(name),
        });
        const open = new Map<string, (() => void)[]>([
          ["a", []],
          ["b", []],
        ]);
        const recounts: [found: string[], expected: string[]][] = [];
        let nowMs = 0;
        for (const [kind, name, stepMs] of run) {
          nowMs += stepMs;
          const atMs = nowMs;
          if (kind === "open") {
            const end = instances.connected(name, atMs);
            open.get(name)!.push(() => end(0, nowMs));
          } else if (kind === "close") open.get(name)!.pop()?.();
          else {
            instances.sweep(atMs);
            recounts.push([
              [...present].toSorted(),
              [...open].filter(([, ends]) => ends.length > 0).map(([key]) => key),
            ]);
          }
        }
        expect(recounts.map(([found]) => found)).toEqual(recounts.map(([, expected]) => expected));
      }),
    );
  });
});
