import { expect, it } from "vitest";
import { attemptOf } from "./fixtures/attempts.ts";
import { RetryStates } from "./retry-states.ts";

const FAILURE = { outcome: "error" } as const;

it("keeps one budget for each dependency", () => {
  const states = new RetryStates();
  states.of("tool:x").budget.take(FAILURE);
  expect(states.of("tool:x").budget.tokens).toBe(486);
  expect(states.of("tool:y").budget.tokens).toBe(500);
});

it("gives back what a call's last retry took when it succeeds, once", () => {
  const states = new RetryStates();
  const { budget } = states.of("tool:x");
  for (let spent = 0; spent < 3; spent += 1) budget.take(FAILURE);
  states.paid(attemptOf(), 14);
  states.ended(attemptOf(), true);
  expect(budget.tokens).toBe(472);
  // A call that needed no retry earns one.
  states.ended(attemptOf(), true);
  expect(budget.tokens).toBe(473);
});

it.each(["a failure", "a refusal"])("forgets what was paid for a retry after %s", (end) => {
  const states = new RetryStates();
  const { budget } = states.of("tool:x");
  for (let spent = 0; spent < 3; spent += 1) budget.take(FAILURE);
  states.paid(attemptOf(), 14);
  if (end === "a failure") states.ended(attemptOf(), false);
  else states.gaveUp(attemptOf());
  states.ended(attemptOf(), true);
  expect(budget.tokens).toBe(459);
});
