import { describe, expect, it } from "vitest";
import { decisionFor } from "./consult.ts";
import type { Action, Decision } from "./decision.ts";
import { DecisionBook } from "./decision-book.ts";
import type { BookContext } from "./decision-book.ts";
import type { DecisionDraft } from "./decision-draft.ts";
import { seededRandom } from "../signals/fixtures/seeded-random.ts";
import { Ids } from "./ids.ts";

function draft(change: Partial<DecisionDraft> = {}): DecisionDraft {
  return {
    scope: { tenant: "default", dependency: "tool:x", priority: { from: 1, to: 5 } },
    action: "shape",
    shape: { concurrency: 20 },
    reason: { code: "standing_bound", summary: "slow", detections: [] },
    ...change,
  };
}

function contexts(): (nowMs: number, change?: Partial<BookContext>) => BookContext {
  const ids = new Ids(seededRandom(1));
  let version = 0;
  return (nowMs, change = {}) => ({
    mode: "enforce",
    policyVersion: "default",
    nowMs,
    ids,
    nextVersion: () => (version += 1),
    ...change,
  });
}

describe("the decisions that stand", () => {
  it("are issued once, changed only when they really change, and ended", () => {
    const [book, at] = [new DecisionBook(), contexts()];
    const issued = book.update([draft()], at(0)).issued[0]!;
    expect(issued).toMatchObject({ version: 1, issuedAtMs: 0, expiresAtMs: 30_000 });
    expect(book.update([draft({ shape: { concurrency: 17 } })], at(1_000)).changed).toEqual([]);
    const changed = book.update([draft({ shape: { concurrency: 10 } })], at(2_000)).changed[0];
    expect(changed).toMatchObject({
      id: issued.id,
      version: 2,
      issuedAtMs: 0,
      shape: { concurrency: 10 },
    });
    expect(book.update([], at(3_000)).ended).toEqual([changed]);
    expect(book.decisions).toEqual([]);
  });

  it.each([
    [15_000, 0],
    [15_001, 1],
  ])("are renewed when half of their life is spent: at %i ms %i", (nowMs, renewed) => {
    const [book, at] = [new DecisionBook(), contexts()];
    book.update([draft()], at(0));
    expect(book.update([draft()], at(nowMs)).changed).toHaveLength(renewed);
  });

  it("never outlive what they were made for", () => {
    const [book, at] = [new DecisionBook(), contexts()];
    const [decision] = book.update([draft({ untilMs: 5_000 })], at(0)).issued;
    expect(decision?.expiresAtMs).toBe(5_000);
    expect(book.update([draft({ untilMs: 5_000 })], at(4_000)).changed).toEqual([]);
  });

  it.each<[string, Partial<DecisionDraft>, Partial<BookContext>, number]>([
    ["another action", { action: "hold" }, {}, 1],
    ["another reason", { reason: { code: "ramp", summary: "slow", detections: [] } }, {}, 1],
    [
      "other words for the same",
      { reason: { code: "standing_bound", summary: "slower", detections: [] } },
      {},
      0,
    ],
    ["retries taken away", { shape: { concurrency: 20, retries: 0 } }, {}, 1],
    ["another mode", {}, { mode: "advise" }, 1],
    ["another policy", {}, { policyVersion: "sha256:1" }, 1],
  ])("change with %s", (_, change, context, count) => {
    const [book, at] = [new DecisionBook(), contexts()];
    book.update([draft()], at(0));
    expect(book.update([draft(change)], at(1_000, context)).changed).toHaveLength(count);
  });

  it.each([
    [10_500, 0],
    [14_000, 0],
    [30_000, 1],
    [8_000, 1],
  ])("whose moment moves from 10 s to %i ms change: %i", (notBeforeMs, count) => {
    const [book, at] = [new DecisionBook(), contexts()];
    book.update([draft({ action: "defer", notBeforeMs: 10_000 })], at(0));
    expect(book.update([draft({ action: "defer", notBeforeMs })], at(1_000)).changed).toHaveLength(
      count,
    );
  });
});

describe("the decision for one caller", () => {
  function standing(action: Action, change: Partial<Decision["scope"]> = {}, code = "x"): Decision {
    const scope = {
      tenant: "default",
      dependency: "tool:x",
      priority: { from: 1, to: 5 } as const,
      ...change,
    };
    const reason = { code, summary: "", detections: [] };
    return {
      id: `${action}/${code}/${scope.agent ?? ""}`,
      version: 1,
      mode: "enforce",
      scope,
      action,
      reason,
      issuedAtMs: 0,
      expiresAtMs: 10,
      policyVersion: "",
    };
  }

  it.each<[string, Decision[], string | undefined]>([
    ["the strictest", [standing("shape"), standing("hold"), standing("defer")], "hold/x/"],
    [
      "of equals the narrower",
      [standing("defer"), standing("defer", { agent: "me" })],
      "defer/x/me",
    ],
    ["not another agent's", [standing("hold", { agent: "you" })], undefined],
    ["not another priority's", [standing("hold", { priority: { from: 4, to: 5 } })], undefined],
    [
      "an operator's over all",
      [standing("shed"), standing("proceed", {}, "override")],
      "proceed/override/",
    ],
  ])("is %s", (_, decisions, id) => {
    expect(decisionFor(decisions, { dependency: "tool:x", agent: "me" }, 5)?.id).toBe(id);
  });

  it("is none that has expired", () => {
    expect(decisionFor([standing("hold")], { dependency: "tool:x" }, 10)).toBeUndefined();
  });
});
