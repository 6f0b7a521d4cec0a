import { resolvePolicy } from "@headway/core";
import { expect, it } from "vitest";
import { enginePolicy } from "./engine-policy.ts";

const DEPENDENCIES = [
  { id: "model:llm", timeoutMs: 4_000 },
  { id: "tool:idp", timeoutMs: 800 },
];

it("says of each dependency how long its callers wait, and may act on all", () => {
  const policy = enginePolicy(DEPENDENCIES, {});
  expect(resolvePolicy(policy, "model:llm")).toMatchObject({ mode: "enforce", timeoutMs: 4_000 });
  expect(resolvePolicy(policy, "tool:idp")).toMatchObject({ mode: "enforce", timeoutMs: 800 });
});

it("does not say it where the engine is to find it out", () => {
  const policy = enginePolicy(DEPENDENCIES, { tellsTimeouts: false });
  expect(resolvePolicy(policy, "model:llm").timeoutMs).toBeUndefined();
});

it("says what it is told to say for all", () => {
  const policy = enginePolicy(DEPENDENCIES, { policy: { mode: "advise", concurrencyMax: 7 } });
  const said = { mode: "advise", concurrencyMax: 7, timeoutMs: 800 };
  expect(resolvePolicy(policy, "tool:idp")).toMatchObject(said);
});
