import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { attemptOf } from "./fixtures/attempts.ts";
import { HookScene } from "./fixtures/hook-scene.ts";

describe("an attempt", () => {
  it("goes at once where nothing is known", () => {
    const scene = new HookScene();
    scene.ask(1);
    expect(scene.said).toEqual(["1 goes"]);
    expect(scene.inFlight).toBe(1);
    scene.end(1);
    expect(scene.inFlight).toBe(0);
  });

  it("waits for a place, and learns of it in an event of its own", () => {
    const scene = new HookScene().leased(1);
    scene.ask(1);
    scene.ask(2);
    scene.ask(3, { priority: 1 });
    scene.end(1);
    expect(scene.said).toEqual(["1 goes"]);
    scene.wait(0);
    expect(scene.said).toEqual(["1 goes", "3 goes"]);
    expect(scene.inFlight).toBe(1);
  });

  it("is let in in the order of priority whatever a process said first", () => {
    const scene = new HookScene().leased(0);
    scene.ask(1, { priority: 5 });
    scene.ask(2, { priority: 1 });
    scene.leased(2);
    scene.wait(0);
    expect(scene.said).toEqual(["2 goes", "1 goes"]);
  });

  it("gives its place back when its caller leaves between the answer and its arrival", () => {
    const scene = new HookScene().leased(1);
    scene.ask(1);
    scene.ask(2);
    scene.ask(3);
    scene.end(1);
    scene.withdraw(2);
    scene.wait(0);
    expect(scene.said).toEqual(["1 goes", "3 goes"]);
    expect(scene.inFlight).toBe(1);
  });

  it("leaves no trace when it is withdrawn while it waits", () => {
    const scene = new HookScene().leased(0);
    scene.ask(1);
    scene.withdraw(1);
    scene.leased(1);
    scene.wait(60_000);
    expect(scene.said).toEqual([]);
    expect(scene.inFlight).toBe(0);
  });

  it("is refused before its deadline, with when to come back", () => {
    const scene = new HookScene().leased(0);
    scene.ask(1, { deadlineMs: 5_000 });
    scene.wait(4_989);
    expect(scene.said).toEqual([]);
    scene.wait(1);
    expect(scene.said).toEqual(["1 refused for 1000"]);
  });

  it("is refused while a good attempt could no longer be done, as long as those take here", () => {
    const scene = new HookScene().leased(1);
    scene.ask(1);
    scene.wait(400);
    scene.end(1);
    scene.leased(0);
    scene.ask(2, { deadlineMs: 5_000 });
    scene.wait(4_189);
    expect(scene.said).toEqual(["1 goes"]);
    scene.wait(1);
    expect(scene.said).toEqual(["1 goes", "2 refused for 400"]);
  });

  it("of one agent takes turns with those of others", () => {
    const scene = new HookScene().leased(0);
    for (const id of [1, 2, 3]) scene.ask(id, { agent: "busy" });
    scene.ask(4, { agent: "modest" });
    scene.leased(4);
    scene.wait(0);
    expect(scene.said).toEqual(["1 goes", "4 goes", "2 goes", "3 goes"]);
  });

  it("that waits is news, and how long it waited is reported", () => {
    const scene = new HookScene().leased(0);
    scene.ask(1);
    expect(scene.news).toBe(1);
    scene.wait(2_000);
    scene.leased(1);
    scene.wait(0);
    const { points } = scene.hook.recorder.take(scene.clock.now());
    expect(points).toContainEqual({
      signal: "headway.decision.applied",
      attributes: { dependency: "tool:x", action: "shape" },
      value: 1,
    });
    expect(points).toContainEqual(
      expect.objectContaining({
        signal: "headway.decision.wait",
        value: expect.objectContaining({ sum: 2 }),
      }),
    );
  });

  it("is not held by a hook that does not obey, which knows all the same", () => {
    const scene = new HookScene({ obeys: false }).leased(0);
    scene.ask(1);
    expect(scene.said).toEqual(["1 goes"]);
    expect(scene.hook.recorder.take(scene.clock.now()).points).toContainEqual({
      signal: "headway.lease.held",
      attributes: { dependency: "tool:x" },
      value: 0,
    });
  });

  it("is reported with who called, how it ended, and whether it was a retry", () => {
    const scene = new HookScene();
    scene.ask(1);
    scene.end(1, "error");
    scene.ask(2, { number: 2, call: 1 });
    scene.end(2, "timeout");
    // Another unit of work of the same agent.
    scene.ask(3, { call: 3, workflow: 3 });
    scene.end(3, "throttled");
    const { points } = scene.hook.recorder.take(scene.clock.now());
    const ended = points.filter(({ signal }) => signal === "headway.attempt.duration");
    expect(ended).toHaveLength(3);
    const said = ended.map(({ attributes }) => attributes);
    for (const attributes of [
      { dependency: "tool:x", outcome: "error", retry: false },
      { dependency: "tool:x", outcome: "timeout", retry: true },
      { dependency: "tool:x", outcome: "throttled", retry: false },
    ])
      expect(said).toContainEqual(attributes);
    expect(scene.news).toBe(3);
  });

  it("holds exactly the places of those that went and have not ended, whatever happens when", () => {
    const steps = fc.array(
      fc.record({
        what: fc.constantFrom("ask", "end", "withdraw", "lease", "time"),
        pick: fc.nat(7),
      }),
      { minLength: 20, maxLength: 120 },
    );
    fc.assert(
      fc.property(steps, (list) => {
        const scene = new HookScene().leased(1);
        const gone = new Set<number>();
        const waiting = new Set<number>();
        let asked = 0;
        const listen = (): void => {
          for (const line of scene.said.splice(0)) {
            const id = Number(line.split(" ")[0]);
            expect(waiting.delete(id)).toBe(true);
            if (line.endsWith("goes")) gone.add(id);
          }
        };
        for (const { what, pick } of list) {
          if (what === "ask") {
            waiting.add((asked += 1));
            scene.ask(asked, { deadlineMs: scene.events.nowMs + 1_000 * (pick + 1) });
          } else if (what === "end") {
            const id = [...gone][pick];
            if (id !== undefined && gone.delete(id)) scene.end(id);
          } else if (what === "withdraw") {
            const id = [...waiting][pick];
            if (id !== undefined && waiting.delete(id)) scene.withdraw(id);
          } else if (what === "lease") scene.leased(pick);
          else scene.wait(100 * pick);
          listen();
        }
        scene.wait(0);
        listen();
        expect(scene.inFlight).toBe(gone.size);
      }),
      { numRuns: 200 },
    );
  });
});

describe("a retry", () => {
  const failed = (outcome: "error" | "throttled" | "refused", retryAfterMs?: number) => ({
    outcome,
    latencyMs: 1,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });

  it("pauses as the SDK does, whatever the caller's own layer wanted", () => {
    const { hook } = new HookScene();
    expect(hook.retryAfter(attemptOf(), failed("error"), 9_999)).toBe(25);
    expect(hook.retryAfter(attemptOf({ number: 2 }), failed("error"), 9_999)).toBe(50);
  });

  it("is given up where the budget is spent: 35 of 14 tokens each", () => {
    const { hook } = new HookScene();
    const pauses = Array.from({ length: 36 }, (_, call) =>
      hook.retryAfter(attemptOf({ call }), failed("error"), 0),
    );
    expect(pauses.filter((pause) => pause !== undefined)).toHaveLength(35);
    expect(pauses.at(-1)).toBeUndefined();
  });

  it("gets its cost back where it succeeds", () => {
    const scene = new HookScene();
    for (let call = 1; call <= 100; call += 1) {
      const attempt = { id: call, call };
      scene.ask(call);
      scene.end(call, "error");
      expect(scene.hook.retryAfter(attemptOf(attempt), failed("error"), 0)).toBeDefined();
      scene.ask(call, { number: 2 });
      scene.end(call);
    }
  });

  it("keeps everybody from a dependency until the moment that one was told", () => {
    const { hook } = new HookScene();
    expect(hook.retryAfter(attemptOf(), failed("throttled", 4_000), 0)).toBe(4_400);
    expect(hook.retryAfter(attemptOf({ call: 2 }), failed("error"), 0)).toBe(4_400);
  });

  it("after a refusal comes when it was told to, and costs nothing", () => {
    const { hook } = new HookScene();
    for (let call = 0; call < 100; call += 1) {
      expect(hook.retryAfter(attemptOf({ call }), failed("refused", 700), 200)).toBe(700);
      expect(hook.retryAfter(attemptOf({ call }), failed("refused", 100), 200)).toBe(200);
    }
    expect(hook.retryAfter(attemptOf(), failed("error"), 0)).toBe(25);
  });

  it("is the caller's own where the hook does not obey", () => {
    const { hook } = new HookScene({ obeys: false });
    for (let call = 0; call < 100; call += 1)
      expect(hook.retryAfter(attemptOf({ call }), failed("error"), 123)).toBe(123);
  });
});
