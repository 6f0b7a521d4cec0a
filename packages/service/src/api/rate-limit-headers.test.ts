import { describe, expect, it } from "vitest";
import { GO } from "./fixtures/fake-engine.ts";
import { refusalVerdict } from "./fixtures/samples.ts";
import { rateLimitHeaders, retryAfterSecondsOf } from "./rate-limit-headers.ts";

describe("rateLimitHeaders", () => {
  it.each([
    [{ concurrency: 4.7 }, '"tool:a";q=4;qu="concurrent-requests"'],
    [{ ratePerSecond: 12 }, '"tool:a";q=12;w=1'],
    [{ ratePerSecond: 12.5 }, '"tool:a";q=750;w=60'],
    [{ ratePerSecond: 2, concurrency: 4 }, '"tool:a";q=2;w=1'],
    [{ retries: 0 }, undefined],
  ])("writes the shape %j as a policy", (shape, policy) => {
    const headers = rateLimitHeaders("tool:a", { ...GO, action: "shape", shape }, false);
    expect(headers["ratelimit-policy"]).toBe(policy);
    expect(headers).not.toHaveProperty("ratelimit");
  });

  it("says with a refusal that nothing remains, and until when", () => {
    const headers = rateLimitHeaders(
      "tool:a",
      refusalVerdict("failing", { retryAfterMs: 3_001 }),
      true,
    );
    expect(headers).toEqual({ ratelimit: '"tool:a";r=0;t=4' });
  });

  it.each([
    ['tool:"\\', String.raw`"tool:\"\\"`],
    ["tool:größe", '"tool:gr%C3%B6%C3%9Fe"'],
    ["tool:a\r\nx: y", '"tool:a%0D%0Ax: y"'],
    ["tool:\ud800", '"tool:%EF%BF%BD"'],
  ])("writes the name %j as a structured string", (name, written) => {
    expect(rateLimitHeaders(name, refusalVerdict("failing"), true)["ratelimit"]).toBe(
      `${written};r=0;t=4`,
    );
  });

  it.each([
    [0, 1],
    [1, 1],
    [1_000, 1],
    [1_001, 2],
  ])("rounds %i ms up to %i s", (retryAfterMs, seconds) => {
    expect(retryAfterSecondsOf({ ...GO, retryAfterMs })).toBe(seconds);
  });
});
