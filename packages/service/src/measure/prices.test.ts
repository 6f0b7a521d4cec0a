import { describe, expect, it } from "vitest";
import { parsePrices } from "./prices.ts";

const text = `
currency: USD
agentSecond: 0.5
dependencies:
  "model:openai/gpt-*-mini": { perCall: 1 }
  "model:*": { per1kTokensIn: 2 }
  "tool:a*a": { perAttempt: 3 }
`;

describe("a price file", () => {
  it.each([
    ["model:openai/gpt-5-mini", { perCall: 1 }],
    ["model:openai/gpt-5", { per1kTokensIn: 2 }],
    ["tool:aa", { perAttempt: 3 }],
    ["tool:a", undefined],
    ["http:any", undefined],
  ])("prices %s by the first name that matches", (dependency, price) => {
    expect(parsePrices(text, "prices.yaml").priceOf(dependency)).toEqual(price);
  });

  it.each([
    ["dependencies: {}", "ERR_CONFIG_TYPE"],
    ['currency: USD\ndependencies:\n  "model:*": { perCal: 1 }', "ERR_CONFIG_UNKNOWN_KEY"],
    ['currency: USD\ndependencies:\n  "model:*": { perCall: -1 }', "ERR_CONFIG_RANGE"],
    ['currency: USD\ndependencies:\n  "model:*": {}', "ERR_CONFIG_TYPE"],
  ])("refuses %j", (bad, code) => {
    expect(() => parsePrices(bad, "prices.yaml")).toThrow(expect.objectContaining({ code }));
  });
});
