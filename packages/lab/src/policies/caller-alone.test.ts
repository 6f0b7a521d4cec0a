import { describe, expect, it } from "vitest";
import { Desk } from "./fixtures/desk.ts";
import { fullJitter } from "./full-jitter.ts";
import { none } from "./none.ts";
import { noRetry } from "./no-retry.ts";

describe("policies that leave the caller alone", () => {
  it.each([
    [none, 0],
    [fullJitter, 700],
    [noRetry, undefined],
  ])("$name lets everything out and waits %s before a retry", (policy, waitMs) => {
    const desk = new Desk(policy);
    const asked = desk.askMany(1_000);
    expect(asked.every(({ said }) => said === "go")).toBe(true);
    for (const one of asked) desk.end(one, "timeout", 4_000);
    expect(desk.retryAfter(asked[0]!, "timeout", 700)).toBe(waitMs);
    expect(desk.ask().said).toBe("go");
  });
});
