import { describe, expect, it } from "vitest";
import { Coherence } from "./coherence.ts";
import { poisson, seeded } from "./fixtures/windows.ts";

const AGENTS = Array.from({ length: 30 }, (_, index) => `agent-${index}`);

function coherenceOf(count: (agent: string, window: number) => number): number {
  const coherence = new Coherence();
  const values: number[] = [];
  for (let window = 0; window < 400; window += 1) {
    coherence.observe(new Map(AGENTS.map((agent) => [agent, count(agent, window)])));
    if (window >= 100) values.push(coherence.value);
  }
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

describe("coherence", () => {
  it("is about 1 when agents are independent", () => {
    const random = seeded(1);
    const value = coherenceOf(() => poisson(1, random));
    expect(value).toBeGreaterThan(0.8);
    expect(value).toBeLessThan(1.2);
  });

  it("is the number of agents when they move in lock-step", () => {
    expect(coherenceOf((_, window) => (window % 5 === 0 ? 3 : 0))).toBeCloseTo(AGENTS.length, 6);
  });

  it("is near 0 when they take turns", () => {
    expect(
      coherenceOf((agent, window) => (AGENTS.indexOf(agent) === window % AGENTS.length ? 1 : 0)),
    ).toBeLessThan(0.05);
  });

  it("forgets agents that have fallen silent, and follows no more than 256", () => {
    const coherence = new Coherence();
    coherence.observe(new Map(Array.from({ length: 400 }, (_, index) => [`agent-${index}`, 1])));
    expect(JSON.stringify(coherence.state()).match(/agent-/g)).toHaveLength(256);
    for (let window = 0; window < 400; window += 1) coherence.observe(new Map());
    expect(JSON.stringify(coherence.state()).match(/agent-/g)).toBeNull();
  });
});
