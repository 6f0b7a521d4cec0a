import { describe, expect, it } from "vitest";
import {
  ATTRIBUTE_LENGTH_MAX,
  readFirst,
  readFirstInteger,
  readInteger,
  readString,
} from "./attribute-reader.ts";

describe("reading an attribute", () => {
  it.each([ATTRIBUTE_LENGTH_MAX - 1, ATTRIBUTE_LENGTH_MAX, ATTRIBUTE_LENGTH_MAX + 1])(
    "keeps %i characters up to the limit",
    (length) => {
      const bag = { "tool.name": "x".repeat(length) };
      expect(readString(bag, "tool.name")).toHaveLength(Math.min(length, ATTRIBUTE_LENGTH_MAX));
    },
  );

  it.each([[""], [7], [true], [null], [undefined], [["a"]], [{ a: 1 }], [new Uint8Array(1)]])(
    "takes %j for no string",
    (value) => {
      expect(readString({ "tool.name": value }, "tool.name")).toBeUndefined();
    },
  );

  it.each([
    [429, 429],
    ["429", 429],
    ["-1", -1],
    [429n, 429],
    [1.5, undefined],
    [Number.NaN, undefined],
    ["4e2", undefined],
    ["", undefined],
    ["9".repeat(17), undefined],
    [[429], undefined],
  ])("takes %s for the whole number %s", (value, number) => {
    expect(readInteger({ "server.port": value }, "server.port")).toBe(number);
  });

  it("takes the first alias that is set", () => {
    const bag = { "gen_ai.provider.name": "", "gen_ai.system": "openai", "llm.provider": "other" };
    expect(readFirst(bag, ["gen_ai.provider.name", "gen_ai.system", "llm.provider"])).toBe(
      "openai",
    );
    expect(readFirst(bag, ["tool.name"])).toBeUndefined();
    const ports = { "server.port": "x", "net.peer.port": 80 };
    expect(readFirstInteger(ports, ["server.port", "net.peer.port"])).toBe(80);
  });
});
