import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Idempotency } from "./idempotency.ts";

const answerOf = (answer: number, validUntilMs: number) => async () => ({ answer, validUntilMs });

describe("Idempotency", () => {
  it("forgets the key unused for longest when it is full", async () => {
    const idempotency = new Idempotency<number>({ keysMax: 2, ttlMs: 1_000 });
    idempotency.recall("a", 1, 0, answerOf(1, 500));
    idempotency.recall("b", 1, 0, answerOf(2, 500));
    await Promise.resolve();
    expect(idempotency.recall("a", 1, 1, answerOf(3, 500)).state).toBe("replayed");
    idempotency.recall("c", 1, 1, answerOf(4, 500));
    await Promise.resolve();
    expect(idempotency.recall("a", 1, 2, answerOf(5, 500)).state).toBe("replayed");
    expect(idempotency.recall("b", 1, 2, answerOf(6, 500)).state).toBe("fresh");
    expect(idempotency.size).toBe(2);
  });

  it("binds a key to its body for the time to live, and no longer", async () => {
    const idempotency = new Idempotency<number>({ keysMax: 2, ttlMs: 1_000 });
    idempotency.recall("a", { x: 1, y: [2] }, 0, answerOf(1, 10));
    await Promise.resolve();
    expect(idempotency.recall("a", { y: [2], x: 1 }, 9, answerOf(2, 10)).state).toBe("replayed");
    expect(idempotency.recall("a", { x: 2 }, 999, answerOf(2, 10)).state).toBe("conflict");
    expect(idempotency.recall("a", { x: 2 }, 1_000, answerOf(2, 10)).state).toBe("fresh");
  });

  it("keeps a key that somebody misuses", async () => {
    const idempotency = new Idempotency<number>({ keysMax: 2, ttlMs: 1_000 });
    idempotency.recall("a", 1, 0, answerOf(1, 500));
    await Promise.resolve();
    idempotency.recall("a", 2, 1, answerOf(2, 500));
    const again = idempotency.recall("a", 1, 2, answerOf(3, 500));
    expect(again.state).toBe("replayed");
  });

  it("asks anew after a question that failed", async () => {
    const idempotency = new Idempotency<number>({ keysMax: 2, ttlMs: 1_000 });
    const failed = idempotency.recall("a", 1, 0, async () => Promise.reject(new Error("broken")));
    await expect(failed.state === "conflict" ? undefined : failed.answer).rejects.toThrow("broken");
    expect(idempotency.recall("a", 1, 1, answerOf(2, 500)).state).toBe("fresh");
  });

  it("never holds more keys than it may", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(9), fc.nat(2), fc.nat(50)), { maxLength: 200 }),
        async (questions) => {
          const idempotency = new Idempotency<number>({ keysMax: 4, ttlMs: 100 });
          let nowMs = 0;
          for (const [key, body, stepMs] of questions) {
            nowMs += stepMs;
            idempotency.recall(`k${key}`, body, nowMs, answerOf(1, nowMs + 20));
            await Promise.resolve();
            expect(idempotency.size).toBeLessThanOrEqual(4);
          }
        },
      ),
    );
  });
});
