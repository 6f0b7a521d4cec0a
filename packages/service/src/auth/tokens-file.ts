import { HeadwayError } from "@headway/core";
import { readConfigFile } from "../config/read-config-file.ts";
import { YamlNode } from "../config/yaml-node.ts";
import type { Token } from "./authenticator.ts";
import { digestOf } from "./authenticator.ts";
import { ACCESS_SCOPES, TENANT_DEFAULT } from "./principal.ts";

const FIELDS = ["name", "token", "sha256", "tenant", "scopes"] as const;

type TokenNode = ReadonlyMap<(typeof FIELDS)[number], YamlNode>;

/** Shorter ones can be guessed over the network. */
const SECRET_LENGTH_MIN = 16;

const NAME = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/;

export function readTokens(path: string): readonly Token[] {
  return parseTokens(readConfigFile(path, "tokens file"), path);
}

/**
 * A list of `{ name, token | sha256, tenant?, scopes }`. Messages name the entry and the line, never what stands in
 * `token` or `sha256`.
 */
export function parseTokens(text: string, fileName: string): readonly Token[] {
  const root = YamlNode.parse(text, fileName);
  const items = root.items();
  if (items.length === 0) root.fail("ERR_CONFIG_RANGE", "must have at least one token");
  const tokens = items.map(tokenOf);
  const names = new Set<string>();
  const digests = new Set<string>();
  for (const [index, { principal, digest }] of tokens.entries()) {
    const hex = digest.toString("hex");
    if (names.has(principal.name) || digests.has(hex)) {
      const where = items[index]?.where ?? fileName;
      throw new HeadwayError(
        "ERR_CONFIG_RANGE",
        `Names and tokens must be unique, got "${principal.name}" again (${where})`,
      );
    }
    names.add(principal.name);
    digests.add(hex);
  }
  return tokens;
}

function tokenOf(item: YamlNode): Token {
  const node = item.fields(FIELDS);
  const scopes = required(item, node, "scopes")
    .items()
    .map((scope) => scope.oneOf(ACCESS_SCOPES));
  if (scopes.length === 0) item.fail("ERR_CONFIG_RANGE", "must have at least one scope");
  const tenant = node.get("tenant");
  return {
    digest: digestIn(item, node),
    principal: {
      name: nameIn(required(item, node, "name")),
      tenant: tenant === undefined ? TENANT_DEFAULT : nameIn(tenant),
      scopes: new Set(scopes),
    },
  };
}

function digestIn(item: YamlNode, node: TokenNode): Buffer {
  const secret = node.get("token");
  const sha256 = node.get("sha256");
  if ((secret === undefined) === (sha256 === undefined)) {
    return item.fail("ERR_CONFIG_TYPE", "must have either token or sha256");
  }
  const value = (secret ?? sha256)?.value;
  const text = typeof value === "string" ? value : "";
  if (secret !== undefined) {
    return text.length >= SECRET_LENGTH_MIN && !/\s/.test(text)
      ? digestOf(text)
      : refuse(secret, `at least ${SECRET_LENGTH_MIN} characters without spaces`);
  }
  return /^[0-9a-fA-F]{64}$/.test(text)
    ? Buffer.from(text, "hex")
    : refuse(sha256 ?? item, "64 hexadecimal digits");
}

function refuse(node: YamlNode, expected: string): never {
  throw new HeadwayError(
    "ERR_CONFIG_RANGE",
    `${node.path} must be ${expected}, got something else (${node.where})`,
  );
}

function required(item: YamlNode, node: TokenNode, field: (typeof FIELDS)[number]): YamlNode {
  return node.get(field) ?? item.fail("ERR_CONFIG_TYPE", `must have ${field}`);
}

function nameIn(node: YamlNode): string {
  const name = node.text();
  return NAME.test(name)
    ? name
    : node.fail("ERR_CONFIG_RANGE", "must be 1 to 64 letters, digits, dots, dashes or @");
}
