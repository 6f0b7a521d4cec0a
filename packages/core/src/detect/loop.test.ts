import { describe, expect, it } from "vitest";
import type { DependencyWindow, Repeated } from "./dependency-window.ts";
import { advance, INACTIVE } from "./life-cycle.ts";
import { DETECTION_RULES } from "./detection-rules.ts";
import { windowOf } from "./fixtures/windows.ts";
import { statesOf, tell } from "./fixtures/told.ts";
import { Loop } from "./loop.ts";

const ACTIVE = new Map(Array.from({ length: 10 }, (_, index) => [`agent-${index}`, 1]));

function repeating(
  cycles: Readonly<Record<string, number>>,
  rest: Partial<Repeated> = { outcome: "error" },
): DependencyWindow {
  const repeats = Object.entries(cycles).map(([agent, count]): Repeated => ({
    agent,
    outcome: "ok",
    hasDigest: false,
    ...rest,
    cycles: count,
  }));
  return windowOf({ agentAttempts: ACTIVE, repeats });
}

describe("loop", () => {
  it.each([
    [2, "normal"],
    [3, "abnormal"],
    [4, "abnormal"],
  ])("with %d cycles is %s", (cycles, state) => {
    expect(new Loop().observe(repeating({ "agent-1": cycles })).state).toBe(state);
  });

  it.each([
    ["error", false, "abnormal"],
    ["timeout", false, "abnormal"],
    ["throttled", false, "abnormal"],
    ["ok", false, "normal"],
    ["cancelled", false, "normal"],
    ["cancelled", true, "normal"],
    ["refused", true, "normal"],
    ["ok", true, "abnormal"],
  ] as const)(
    "that ends with %s, arguments compared: %s, is %s however long",
    (outcome, hasDigest, state) => {
      const window = repeating({ "agent-1": 10_000 }, { outcome, hasDigest });
      expect(new Loop().observe(window).state).toBe(state);
    },
  );

  it("names the agent that repeats longest, and how many more do", () => {
    const finding = new Loop().observe(
      repeating({ "agent-1": 3, "agent-2": 7, "agent-3": 4, "agent-4": 2 }),
    );
    expect(finding).toMatchObject({
      agent: "agent-2",
      evidence: {
        agent: "agent-2",
        cycles: 7,
        outcome: "error",
        agents: ["agent-2", "agent-3", "agent-1"],
        agentsLooping: 3,
      },
      summary: "agent-2 repeats itself 7 times, evenly, to error; 2 more agents do",
    });
  });

  it.each([
    ["error", false, "evenly, to error"],
    ["timeout", true, "with the same arguments, to timeout"],
    ["ok", true, "evenly and with the same arguments"],
  ] as const)("that ends with %s, arguments compared: %s, is said to go %s", (...row) => {
    const [outcome, hasDigest, how] = row;
    const window = repeating({ "agent-1": 3 }, { outcome, hasDigest });
    const summary = `agent-1 repeats itself 3 times, ${how}`;
    expect(new Loop().observe(window)).toMatchObject({ summary });
  });

  it("counts an agent once that repeats itself in two ways", () => {
    const { repeats } = repeating({ "agent-1": 5 });
    const both = [...repeats, ...repeating({ "agent-1": 9 }, { hasDigest: true }).repeats];
    expect(new Loop().observe(windowOf({ repeats: both }))).toMatchObject({
      summary: "agent-1 repeats itself 9 times, evenly and with the same arguments",
      evidence: { agentsLooping: 1 },
    });
  });

  it("is polling where most agents repeat themselves all the time, until one exceeds twice the usual", () => {
    const detector = new Loop();
    const polling = Object.fromEntries([...ACTIVE.keys()].slice(0, 7).map((agent) => [agent, 5]));
    tell(
      detector,
      Array.from({ length: 20 }, () => repeating(polling, { outcome: "ok" })),
    );
    // What is polled begins to fail: the pollers go on as before.
    expect(detector.observe(repeating(polling)).state).toBe("normal");
    expect(detector.observe(repeating({ "agent-1": 9 })).state).toBe("normal");
    expect(detector.observe(repeating({ "agent-1": 11 })).state).toBe("abnormal");
  });

  it("is not what is usual, where agents fail in loops", () => {
    const failing = Object.fromEntries([...ACTIVE.keys()].map((agent) => [agent, 5]));
    const states = statesOf(
      new Loop(),
      Array.from({ length: 100 }, () => repeating(failing)),
    );
    expect(new Set(states)).toEqual(new Set(["abnormal"]));
  });

  it("stays one loop among many agents, however long it lasts", () => {
    for (const rest of [{ outcome: "error" }, { hasDigest: true }] as const) {
      const states = statesOf(
        new Loop(),
        Array.from({ length: 300 }, (_, cycle) => repeating({ "agent-1": 3 + cycle }, rest)),
      );
      expect(new Set(states)).toEqual(new Set(["abnormal"]));
    }
  });

  it("is over when nothing more is seen of it, though its agent, held back, does nothing at all", () => {
    const detector = new Loop();
    const { keepFiringForMs } = DETECTION_RULES.loop;
    const found = detector.observe(repeating({ "agent-1": 5 })).state;
    let life = advance(INACTIVE, found, 0, DETECTION_RULES.loop);
    expect(life.phase).toBe("firing");
    const idle = (atMs: number): string => {
      life = advance(life, detector.observe(windowOf()).state, atMs, DETECTION_RULES.loop);
      return life.phase;
    };
    expect(idle(1_000)).toBe("firing");
    expect(idle(keepFiringForMs)).toBe("firing");
    expect(idle(1_000 + keepFiringForMs)).toBe("inactive");
  });
});
