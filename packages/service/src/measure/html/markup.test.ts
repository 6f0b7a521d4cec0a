import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { escapeText, markup } from "./markup.ts";

describe("markup", () => {
  it("escapes what is put in, in text and in quoted attributes", () => {
    expect(markup`<b title="${`"onclick='x'`}">${"<i>&"}</b>`.toString()).toBe(
      `<b title="&quot;onclick=&#39;x&#39;">&lt;i&gt;&amp;</b>`,
    );
  });

  it("leaves markup as it is, strings lists together, and takes nothing for nothing", () => {
    const items = ["a", "<"].map((item) => markup`<li>${item}</li>`);
    expect(markup`<ul>${items}</ul>${undefined}${false}${0}`.toString()).toBe(
      "<ul><li>a</li><li>&lt;</li></ul>0",
    );
  });

  it.each([
    ["a name that turns the reading direction", "invoice\u202Efdp.exe", "invoice\uFFFDfdp.exe"],
    ["a terminal's escape", "\u001b[31mred", "\uFFFD[31mred"],
    ["a null", "a\u0000b", "a\uFFFDb"],
    ["half of a pair", "a\uD83Db", "a\uFFFDb"],
    ["a whole pair", "a😀b", "a😀b"],
    ["a line's end and a tab", "a\n\tb", "a\n\tb"],
  ])("shows %s", (_, plain, shown) => {
    expect(escapeText(plain)).toBe(shown);
  });

  it("lets no text end an element or an attribute", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(escapeText(text)).not.toMatch(/[<>"'`]/);
      }),
    );
  });
});
