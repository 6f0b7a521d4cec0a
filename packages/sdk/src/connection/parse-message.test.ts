import { assert, property, json } from "fast-check";
import { describe, expect, it } from "vitest";
import { parseMessage } from "./parse-message.ts";

const NOW_MS = 5_000_000;
const SERVER = "2026-11-22T10:00:00.000Z";

function parse(fields: object) {
  return parseMessage(
    "snapshot",
    JSON.stringify({ version: 7, serverTime: SERVER, ...fields }),
    NOW_MS,
  );
}

const DECISION = {
  id: "dec_1",
  version: 6,
  mode: "enforce",
  scope: { tenant: "t", dependency: "tool:x", agent: "a", priority: { from: 3, to: 5 } },
  action: "hold",
  notBefore: "2026-11-22T10:00:05.000Z",
  spreadMs: 4_000,
  reason: { code: "retry_storm", summary: "61 of 90", detections: ["det_1"] },
  issuedAt: "2026-11-22T09:59:59.000Z",
  expiresAt: "2026-11-22T10:00:30.000Z",
  policyVersion: "sha256:1",
};

describe("a message", () => {
  it("is read whole, its times relative to the service's own", () => {
    expect(parse({ decisions: [DECISION] })).toEqual({
      kind: "snapshot",
      version: 7,
      decisions: [
        {
          id: "dec_1",
          version: 6,
          mode: "enforce",
          scope: { tenant: "t", dependency: "tool:x", agent: "a", priority: { from: 3, to: 5 } },
          action: "hold",
          notBeforeMs: NOW_MS + 5_000,
          spreadMs: 4_000,
          reason: { code: "retry_storm", summary: "61 of 90", detections: ["det_1"] },
          issuedAtMs: NOW_MS - 1_000,
          expiresAtMs: NOW_MS + 30_000,
          policyVersion: "sha256:1",
        },
      ],
      ended: [],
      leases: undefined,
      identities: undefined,
    });
  });

  it("brings leases; without a safe amount, the amount is safe", () => {
    const expiresAt = "2026-11-22T10:00:10.000Z";
    const leases = [
      { dependency: "tool:x", amount: 4, expiresAt },
      { dependency: "tool:y", expiresAt },
    ];
    expect(parse({ leases })?.leases).toEqual([
      {
        dependency: "tool:x",
        amount: 4,
        probe: false,
        expiresAtMs: NOW_MS + 10_000,
        refreshAfterMs: NOW_MS + 10_000,
        safe: 4,
      },
    ]);
  });

  it("tells no leases from an empty set of them", () => {
    expect(parse({})?.leases).toBeUndefined();
    expect(parse({ leases: [] })?.leases).toEqual([]);
  });

  it.each<[string, object, object]>([
    ["an action from the future is to proceed", { action: "teleport" }, { action: "proceed" }],
    ["a mode from the future is not enforced", { mode: "dictate" }, { mode: "observe" }],
    [
      "a priority out of range is the whole range",
      { scope: { dependency: "x", priority: { from: 0, to: 9 } } },
      { scope: { tenant: "default", dependency: "x", priority: { from: 1, to: 5 } } },
    ],
    [
      "a shape keeps what can be understood",
      { shape: { concurrency: 4, retries: -1, fanOut: "3" } },
      { shape: { concurrency: 4 } },
    ],
  ])("%s", (_, change, expected) => {
    expect(parse({ decisions: [{ ...DECISION, ...change }] })?.decisions).toMatchObject([expected]);
  });

  it("keeps the good of a partly bad batch", () => {
    const bad = [
      null,
      7,
      "x",
      [],
      {},
      { ...DECISION, id: 1 },
      { ...DECISION, expiresAt: "later" },
      { ...DECISION, scope: null },
    ];
    expect(parse({ decisions: [...bad, DECISION] })?.decisions).toHaveLength(1);
    const rules = [
      { when: { "server.address": "x" }, dependency: "http:x" },
      { when: { a: 1 }, dependency: "y" },
      { when: null },
    ];
    expect(parse({ identities: rules })?.identities).toEqual([rules[0]]);
  });

  it.each(["", "null", "[]", "{", '{"version":1}', '{"serverTime":"noon"}'])(
    "%j is none",
    (text) => {
      expect(parseMessage("change", text, NOW_MS)).toBeUndefined();
    },
  );
});

it("survives whatever JSON it is given", () => {
  assert(
    property(json(), json(), (decision, lease) => {
      const text = `{"serverTime":"${SERVER}","decisions":[${decision}],"leases":[${lease}]}`;
      const message = parseMessage("snapshot", text, NOW_MS);
      expect(message?.decisions.length).toBeLessThanOrEqual(1);
    }),
  );
});
