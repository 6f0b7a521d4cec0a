import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cleanName, dependencyKey, NAME_LENGTH_MAX } from "./name.ts";

describe("a name", () => {
  it.each([
    ["gpt-5", "gpt-5"],
    ["@cf/meta/llama", "@cf/meta/llama"],
    ["Search the web", "Search the web"],
    ["検索", "検索"],
    ["a\nb\"c'd", "a_b_c_d"],
    ["GET /users/{id}", "GET /users/{id}"],
    ["  padded  ", "padded"],
  ])("%j becomes %j", (given, clean) => {
    expect(cleanName(given)).toBe(clean);
  });

  it.each([NAME_LENGTH_MAX - 1, NAME_LENGTH_MAX, NAME_LENGTH_MAX + 1])(
    "of %i characters is kept up to the limit",
    (length) => {
      expect(cleanName("x".repeat(length))).toHaveLength(Math.min(length, NAME_LENGTH_MAX));
    },
  );

  it("is never longer than the limit, never holds a control character, and stays as it is when cleaned again", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), (given) => {
        const clean = cleanName(given);
        expect(clean.length).toBeLessThanOrEqual(NAME_LENGTH_MAX);
        // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
        expect(clean).not.toMatch(/[\u0000-\u001f"'`<>\\]/);
        expect(cleanName(clean)).toBe(clean.trim());
      }),
    );
  });

  it("is a key even where a part is missing", () => {
    expect(dependencyKey("model", "openai", "gpt-5")).toBe("model:openai/gpt-5");
    expect(dependencyKey("model", undefined, "gpt-5")).toBe("model:gpt-5");
    expect(dependencyKey("db", "redis")).toBe("db:redis");
    expect(dependencyKey("http", undefined)).toBe("http:unknown");
  });
});
