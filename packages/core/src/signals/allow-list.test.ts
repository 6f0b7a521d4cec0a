import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ALLOWED_ATTRIBUTES, ALLOWED_RESOURCE_ATTRIBUTES, isAllowed } from "./allow-list.ts";

const CONTENT = [
  "gen_ai.input.messages",
  "gen_ai.output.messages",
  "gen_ai.system_instructions",
  "gen_ai.tool.call.arguments",
  "gen_ai.tool.call.result",
  "gen_ai.prompt",
  "exception.message",
  "error.message",
  "url.full",
  "url.path",
  "url.query",
  "http.url",
  "http.target",
  "db.query.text",
  "db.statement",
  "input.value",
  "output.value",
  "llm.input_messages.0.message.content",
  "metadata",
  "tool.parameters",
  "traceloop.entity.input",
  "traceloop.association.properties.user",
  "ai.prompt",
  "ai.toolCall.args",
  "bullmq.job.failed.reason",
  "user.id",
  "mcp.resource.uri",
];

describe("the allow-list", () => {
  it.each(CONTENT)("does not hold %s", (key) => {
    expect(isAllowed(key)).toBe(false);
  });

  it("holds nothing that no one reads", () => {
    const folders = [".", "conventions"].map((folder) => new URL(`${folder}/`, import.meta.url));
    const sources = folders.flatMap((folder) =>
      readdirSync(folder)
        .filter(
          (file) => file.endsWith(".ts") && !file.endsWith(".test.ts") && file !== "allow-list.ts",
        )
        .map((file) => readFileSync(new URL(file, folder), "utf8")),
    );
    const unread = [...ALLOWED_ATTRIBUTES, ...ALLOWED_RESOURCE_ATTRIBUTES].filter(
      (key) => !sources.some((source) => source.includes(`"${key}"`)),
    );
    expect(unread).toEqual([]);
  });

  it("names no key twice", () => {
    expect(new Set(ALLOWED_ATTRIBUTES).size).toBe(ALLOWED_ATTRIBUTES.length);
  });
});
