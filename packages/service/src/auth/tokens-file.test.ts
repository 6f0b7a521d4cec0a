import { HeadwayError } from "@headway/core";
import { describe, expect, it } from "vitest";
import { digestOf } from "./authenticator.ts";
import { parseTokens } from "./tokens-file.ts";

const SECRET = "s3cr3t-s3cr3t-s3cr3t";
const DIGEST = digestOf(SECRET).toString("hex");

describe("parseTokens", () => {
  it("reads YAML and JSON, secrets and digests of secrets, to the same", () => {
    const yaml = parseTokens(`- name: a\n  token: ${SECRET}\n  scopes: [read, ingest]\n`, "t.yaml");
    const json = parseTokens(
      JSON.stringify([{ name: "a", sha256: DIGEST.toUpperCase(), scopes: ["read", "ingest"] }]),
      "t.json",
    );
    expect(yaml).toEqual(json);
    expect(yaml[0]?.principal).toEqual({
      name: "a",
      tenant: "default",
      scopes: new Set(["read", "ingest"]),
    });
  });

  it.each([
    ["nothing", "", "ERR_CONFIG_TYPE", "must be a list"],
    ["no tokens", "[]", "ERR_CONFIG_RANGE", "at least one"],
    ["a mapping", "name: a", "ERR_CONFIG_TYPE", "must be a list, got a mapping"],
    ["bad syntax", `- name: a\n  token: "${SECRET}`, "ERR_CONFIG_SYNTAX", "t.yaml:"],
    ["no name", `- token: ${SECRET}\n  scopes: [read]`, "ERR_CONFIG_TYPE", "must have name"],
    [
      "a bad name",
      `- name: a b\n  token: ${SECRET}\n  scopes: [read]`,
      "ERR_CONFIG_RANGE",
      "t.yaml:1",
    ],
    ["no secret", "- name: a\n  scopes: [read]", "ERR_CONFIG_TYPE", "either token or sha256"],
    [
      "two secrets",
      `- name: a\n  token: ${SECRET}\n  sha256: ${DIGEST}\n  scopes: [read]`,
      "ERR_CONFIG_TYPE",
      "either token or sha256",
    ],
    [
      "a short secret",
      `- name: a\n  token: s3cr3t\n  scopes: [read]`,
      "ERR_CONFIG_RANGE",
      "at least 16 characters",
    ],
    [
      "a secret that is a number",
      `- name: a\n  token: 12345678901234567890\n  scopes: [read]`,
      "ERR_CONFIG_RANGE",
      "at least 16",
    ],
    [
      "a bad digest",
      `- name: a\n  sha256: ${DIGEST.slice(1)}\n  scopes: [read]`,
      "ERR_CONFIG_RANGE",
      "64 hexadecimal",
    ],
    ["no scopes", `- name: a\n  token: ${SECRET}`, "ERR_CONFIG_TYPE", "must have scopes"],
    [
      "empty scopes",
      `- name: a\n  token: ${SECRET}\n  scopes: []`,
      "ERR_CONFIG_RANGE",
      "at least one scope",
    ],
    [
      "an unknown scope",
      `- name: a\n  token: ${SECRET}\n  scopes: [write]`,
      "ERR_CONFIG_RANGE",
      'ingest, read, operate, got "write" (t.yaml:3)',
    ],
    [
      "an unknown key",
      `- name: a\n  token: ${SECRET}\n  scope: [read]`,
      "ERR_CONFIG_UNKNOWN_KEY",
      'did you mean "scopes"? (t.yaml:3)',
    ],
    [
      "a name twice",
      `- {name: a, token: ${SECRET}, scopes: [read]}\n- {name: a, token: ${SECRET}2, scopes: [read]}`,
      "ERR_CONFIG_RANGE",
      "unique",
    ],
    [
      "a secret twice",
      `- {name: a, token: ${SECRET}, scopes: [read]}\n- {name: b, sha256: ${DIGEST}, scopes: [read]}`,
      "ERR_CONFIG_RANGE",
      "t.yaml:2",
    ],
  ])("refuses %s, and never says the secret", (_what, text, code, message) => {
    const error = refusalOf(text);
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
    expect(error.message).not.toMatch(/s3cr3t|1234567890/);
    expect(error.message).not.toContain(DIGEST.slice(1));
  });
});

function refusalOf(text: string): HeadwayError {
  try {
    parseTokens(text, "t.yaml");
  } catch (error) {
    if (error instanceof HeadwayError) return error;
    throw error;
  }
  throw new Error("It was taken.");
}
