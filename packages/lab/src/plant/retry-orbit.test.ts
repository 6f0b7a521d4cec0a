import { describe, expect, it } from "vitest";
import { hittingTime } from "./fixtures/hitting-time.ts";
import type { Chain, ChainState } from "./fixtures/hitting-time.ts";
import { loneDependency } from "./fixtures/lone-dependency.ts";
import { OrbitClients } from "./fixtures/orbit-clients.ts";
import type { OrbitOptions } from "./fixtures/orbit-clients.ts";

/**
 * Recovery from a retry storm as a hitting time, exactly, after Alvaro, Isaacs, Majumdar and others, "Formal Analysis of Metastable
 * Failures in Software Systems" (arXiv 2510.03551): server and retry orbit are a Markov chain, recovery is when the orbit is empty.
 */
const SERVED_PER_SECOND = 10;

function inOrbit(orbit: number, { orbitMax }: OrbitOptions): number {
  return Math.min(orbit + 1, orbitMax);
}

/** State: requests inside, clients in orbit. Nobody loses patience. */
function queueChain(options: OrbitOptions, servers: number, room: number): Chain {
  const { arrivals, retries, orbitMax } = options;
  return {
    start: [room, orbitMax],
    isTarget: ([, orbit]) => orbit === 0,
    moves: ([inside, orbit]: ChainState) => {
      const busy = Math.min(inside!, servers);
      const hasRoom = inside! < room;
      return [
        [hasRoom ? [inside! + 1, orbit!] : [inside!, inOrbit(orbit!, options)], arrivals],
        ...(hasRoom ? [[[inside! + 1, orbit! - 1], retries * orbit!] as const] : []),
        ...(busy > 0 ? [[[inside! - 1, orbit!], busy * SERVED_PER_SECOND] as const] : []),
      ];
    },
  };
}

/** State: requests in service that somebody wants, those nobody wants any more, clients in orbit. There is no queue. */
function zombieChain(options: OrbitOptions, servers: number): Chain {
  const { arrivals, retries, impatience, orbitMax } = options;
  return {
    start: [0, servers, orbitMax],
    isTarget: ([, , orbit]) => orbit === 0,
    moves: ([wanted, dead, orbit]: ChainState) => {
      const hasRoom = wanted! + dead! < servers;
      const grown = inOrbit(orbit!, options);
      const moves: (readonly [ChainState, number])[] = [
        [hasRoom ? [wanted! + 1, dead!, orbit!] : [wanted!, dead!, grown], arrivals],
      ];
      if (hasRoom) moves.push([[wanted! + 1, dead!, orbit! - 1], retries * orbit!]);
      if (wanted! > 0) {
        moves.push([[wanted! - 1, dead!, orbit!], wanted! * SERVED_PER_SECOND]);
        moves.push([[wanted! - 1, dead! + 1, grown], wanted! * impatience]);
      }
      if (dead! > 0) moves.push([[wanted!, dead! - 1, orbit!], dead! * SERVED_PER_SECOND]);
      return moves;
    },
  };
}

interface Case {
  readonly options: OrbitOptions;
  readonly servers: number;
  readonly queue: number;
}

function simulateS({ options, servers, queue }: Case, seed: number): number {
  const { events, random, dependency } = loneDependency(
    {
      servers,
      queue,
      rejectMs: 0,
      service: { kind: "exponential", meanMs: 1_000 / SERVED_PER_SECOND },
    },
    [],
    seed,
  );
  const clients = new OrbitClients(options, events, dependency, random("clients"));
  const request = { client: 0, priority: 3, deadlineMs: Infinity } as const;
  for (let count = 0; count < servers + queue; count += 1)
    dependency.request(request, () => undefined);
  for (let count = 0; count < options.orbitMax; count += 1) clients.joinOrbit();
  while (clients.emptyMs === undefined) events.runUntil(events.nowMs + 1_000);
  return clients.emptyMs / 1_000;
}

function meanOf(values: readonly number[]): { mean: number; error: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, error: Math.sqrt(square / (values.length - 1) / values.length) };
}

const RUNS = 4_000;

describe("recovery against the exact hitting time of its Markov chain", () => {
  it("solves a chain known by heart: a birth-and-death walk down from two", () => {
    const walk: Chain = {
      start: [2],
      isTarget: ([at]) => at === 0,
      moves: ([at]) => [[[at! - 1], 2], ...(at! < 2 ? [[[at! + 1], 1] as const] : [])],
    };
    // From 2 to 1 takes 1/2; from 1 to 0 takes h = 1/3 + (1/3)(1/2 + h), so 3/4.
    expect(hittingTime(walk)).toBeCloseTo(1.25, 12);
  });

  const retrying: Case = {
    options: { arrivals: 7, retries: 2, impatience: 0, orbitMax: 15 },
    servers: 1,
    queue: 3,
  };
  const wasting: Case = {
    options: { arrivals: 16, retries: 5, impatience: 4, orbitMax: 12 },
    servers: 4,
    queue: 0,
  };
  it.each([
    ["a queue and an orbit", retrying, queueChain(retrying.options, 1, 4)],
    ["work that nobody wants any more", wasting, zombieChain(wasting.options, 4)],
  ])("takes the time that theory says, within 5 %: %s", (_name, plant, chain) => {
    const expected = hittingTime(chain);
    const runs = Array.from({ length: RUNS }, (_, seed) => simulateS(plant, seed));
    const { mean, error } = meanOf(runs);
    // So many runs that four standard errors are less than 5 %.
    expect(4 * error).toBeLessThan(0.05 * expected);
    expect(Math.abs(mean - expected)).toBeLessThan(4 * error);
  });
});
