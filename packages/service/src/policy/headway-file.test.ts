import { HeadwayError, POLICY_DEFAULT, resolvePolicy } from "@headway/core";
import { describe, expect, it } from "vitest";
import { parseHeadwayFile } from "./headway-file.ts";
import { policyFor } from "./policy-set.ts";

const FILE = `
http: 127.0.0.1:4390
defaults:
  mode: enforce
  timeoutMs: 30000
dependencies:
  "model:*":
    concurrencyMax: 50
    actions: [shape, shed]
  "tool:idp_lookup":
    ratePerSecondMax: 12.5
    protectedPriority: 0
identities:
  - when: { server.address: api.idp.example }
    dependency: tool:idp_lookup
tenants:
  acme:
    defaults: { mode: observe }
    dependencies:
      "model:*": { concurrencyMax: 5, fanOutMax: 3 }
    identities:
      - when: { server.address: api.idp.example, url.template: /v2 }
        dependency: tool:idp_lookup_v2
`;

describe("parseHeadwayFile", () => {
  const { policies, settings } = parseHeadwayFile(FILE, "headway.yaml");

  it("makes the policy of every tenant from what the file says and, where it says nothing, the default", () => {
    const policy = policyFor(policies, "anybody");
    expect(resolvePolicy(policy, "model:openai/gpt-5")).toEqual({
      ...POLICY_DEFAULT.defaults,
      mode: "enforce",
      timeoutMs: 30_000,
      concurrencyMax: 50,
      actions: ["proceed", "shape", "shed"],
    });
    expect(resolvePolicy(policy, "tool:idp_lookup").protectedPriority).toBe(0);
    expect(policy.identities).toEqual([
      { when: { "server.address": "api.idp.example" }, dependency: "tool:idp_lookup" },
    ]);
  });

  it("puts a tenant's own rules before the common ones, and keeps the common ones where its own are silent", () => {
    const policy = policyFor(policies, "acme");
    const resolved = resolvePolicy(policy, "model:openai/gpt-5");
    expect([resolved.concurrencyMax, resolved.fanOutMax, resolved.actions.at(-1)]).toEqual([
      5,
      3,
      "shed",
    ]);
    expect([resolved.mode, resolved.timeoutMs]).toEqual(["observe", 30_000]);
    expect(policy.identities.map(({ dependency }) => dependency)).toEqual([
      "tool:idp_lookup_v2",
      "tool:idp_lookup",
    ]);
  });

  it("is versioned by its text alone", () => {
    expect(policies.version).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(policyFor(policies, "acme").version).toBe(policies.version);
    expect(parseHeadwayFile(FILE, "elsewhere.yaml").policies.version).toBe(policies.version);
    expect(parseHeadwayFile(`${FILE} `, "headway.yaml").policies.version).not.toBe(
      policies.version,
    );
  });

  it("hands the settings on", () => {
    expect(settings.get("http")?.value).toBe("127.0.0.1:4390");
  });

  it.each(["", "# nothing yet\n", "defaults:\n", "{}"])(
    "takes %j as the default policy",
    (text) => {
      const { common } = parseHeadwayFile(text, "headway.yaml").policies;
      expect({ ...common, version: "default" }).toEqual(POLICY_DEFAULT);
    },
  );

  it.each([
    "defaults: *nowhere",
    "defaults: { mode: *nowhere }",
    "defaults: { actions: [*nowhere] }",
    "tickMs: *nowhere",
  ])("refuses %s: an alias of nothing is a slip, and no default", (text) => {
    expect(() => parseHeadwayFile(text, "headway.yaml")).toThrow(/anchor.*\(headway\.yaml:1\)/);
  });

  it.each([
    String.raw`dependencies: { "tool:a\x1b[2J": { concurrencyMax: 1 } }`,
    String.raw`identities: [{ when: { server.address: a }, dependency: "tool:\0" }]`,
  ])("refuses control characters in a name: %s", (text) => {
    expect(() => parseHeadwayFile(text, "headway.yaml")).toThrow(/must be .*kind:name/);
  });

  it("follows anchors", () => {
    const text = "dependencies:\n  'tool:a': &slow { timeoutMs: 9000 }\n  'tool:b': *slow\n";
    expect(resolvePolicy(parseHeadwayFile(text, "f").policies.common, "tool:b").timeoutMs).toBe(
      9_000,
    );
  });

  it.each([
    [
      "default: {}",
      "ERR_CONFIG_UNKNOWN_KEY",
      'default is not known: did you mean "defaults"? (f:1)',
    ],
    [
      "defaults:\n  mod: observe",
      "ERR_CONFIG_UNKNOWN_KEY",
      'defaults.mod is not known: did you mean "mode"? (f:2)',
    ],
    [
      "defaults:\n  mode: enforced",
      "ERR_CONFIG_RANGE",
      'defaults.mode must be one of observe, advise, enforce, got "enforced" (f:2)',
    ],
    ["defaults: { mode: on }", "ERR_CONFIG_RANGE", 'got "on"'],
    ["defaults: [mode]", "ERR_CONFIG_TYPE", "defaults must be a mapping, got a list"],
    [
      "defaults: { actions: hold }",
      "ERR_CONFIG_TYPE",
      'defaults.actions must be a list, got "hold"',
    ],
    [
      "defaults:\n  actions:\n    - hold\n    - drop",
      "ERR_CONFIG_RANGE",
      "defaults.actions[1] must be one of proceed, shape, defer, hold, shed",
    ],
    [
      "defaults: { concurrencyMax: 0 }",
      "ERR_CONFIG_RANGE",
      "must be an integer between 1 and 1000000, got 0",
    ],
    ["defaults: { concurrencyMax: 1.5 }", "ERR_CONFIG_RANGE", "got 1.5"],
    ["defaults: { concurrencyMax: null }", "ERR_CONFIG_TYPE", "got nothing"],
    [
      "defaults: { ratePerSecondMax: -1 }",
      "ERR_CONFIG_RANGE",
      "must be a number between 0.001 and 1000000, got -1",
    ],
    ["defaults: { ratePerSecondMax: .inf }", "ERR_CONFIG_RANGE", "got Infinity"],
    [
      "defaults: { protectedPriority: 6 }",
      "ERR_CONFIG_RANGE",
      "must be an integer between 0 and 5, got 6",
    ],
    ["dependencies:\n  idp: {}", "ERR_CONFIG_RANGE", 'dependencies.idp must be named "kind:name"'],
    [
      "dependencies:\n  'tool:idp':\n    modes: enforce",
      "ERR_CONFIG_UNKNOWN_KEY",
      'did you mean "mode"? (f:3)',
    ],
    ["identities: {}", "ERR_CONFIG_TYPE", "identities must be a list"],
    [
      "identities: [{ when: {}, dependency: 'tool:a' }]",
      "ERR_CONFIG_TYPE",
      "identities[0] must have when and dependency",
    ],
    [
      "identities: [{ when: { server.address: a } }]",
      "ERR_CONFIG_TYPE",
      "must have when and dependency",
    ],
    [
      "identities: [{ when: { server.address: a }, dependency: 'tool:*' }, 1]",
      "ERR_CONFIG_TYPE",
      "identities[1] must be a mapping, got 1",
    ],
    [
      "identities: [{ when: { server.address: a }, dependency: tool }]",
      "ERR_CONFIG_RANGE",
      'identities[0].dependency must be "kind:name"',
    ],
    [
      "identities: [{ when: { server.address: 1 }, dependency: 'tool:a' }]",
      "ERR_CONFIG_TYPE",
      "must be a text, got 1",
    ],
    [
      "identities:\n  - when: { server.adress: a }\n    dependency: tool:a",
      "ERR_CONFIG_UNKNOWN_KEY",
      'did you mean "server.address"? (f:2)',
    ],
    [
      "identities: [{ when: { gen_ai.input.messages: hi }, dependency: 'tool:a' }]",
      "ERR_CONFIG_UNKNOWN_KEY",
      "is not known",
    ],
    [
      "identities: [{ when: { __proto__: a }, dependency: 'tool:a' }]",
      "ERR_CONFIG_UNKNOWN_KEY",
      "is not known",
    ],
    [
      "tenants:\n  acme:\n    tenants: {}",
      "ERR_CONFIG_UNKNOWN_KEY",
      "tenants.acme.tenants is not known",
    ],
    [
      "tenants:\n  acme:\n    defaults:\n      timeoutMs: 0",
      "ERR_CONFIG_RANGE",
      "tenants.acme.defaults.timeoutMs must be",
    ],
    ["- a", "ERR_CONFIG_TYPE", "f must be a mapping, got a list (f:1)"],
    ["a: &a [*a]", "ERR_CONFIG_UNKNOWN_KEY", "a is not known"],
    ["? [x]\n: 1", "ERR_CONFIG_TYPE", "must have plain keys"],
    ["--- {}\n--- {}", "ERR_CONFIG_SYNTAX", "MULTIPLE_DOCS"],
  ])("refuses %j", (text, code, message) => {
    const error = refusalOf(text);
    expect(error.message).toContain(message);
    expect(error.code).toBe(code);
  });
});

function refusalOf(text: string): HeadwayError {
  try {
    parseHeadwayFile(text, "f");
  } catch (error) {
    if (error instanceof HeadwayError) return error;
    throw error;
  }
  throw new Error("It was taken.");
}
