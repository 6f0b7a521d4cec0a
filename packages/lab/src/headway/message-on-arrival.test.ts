import type { Decision, Lease } from "@headway/core";
import { parseMessage } from "@headway/sdk/gate";
import { expect, it } from "vitest";
import { onArrival } from "./message-on-arrival.ts";
import { ORIGIN_MS } from "./virtual-clock.ts";

const SENT_MS = ORIGIN_MS + 60_000.75;
const ARRIVED_MS = ORIGIN_MS - 5_000 + 60_200.75;

const decision: Decision = {
  id: "dec_1",
  version: 3,
  mode: "enforce",
  scope: { tenant: "default", dependency: "tool:x", priority: { from: 2, to: 5 } },
  action: "hold",
  notBeforeMs: SENT_MS + 2_000,
  spreadMs: 500,
  reason: { code: "failing", summary: "half of them fail", detections: ["det_1"] },
  issuedAtMs: SENT_MS - 100.5,
  expiresAtMs: SENT_MS + 10_000,
  policyVersion: "lab",
};
const lease: Lease = {
  dependency: "tool:x",
  amount: 2,
  ratePerSecond: 3,
  probe: true,
  expiresAtMs: SENT_MS + 10_000,
  refreshAfterMs: SENT_MS + 6_000,
  safe: 1,
};

it("reads a message as the SDK reads it from the wire", () => {
  const iso = (ms: number): string => new Date(Math.floor(ms)).toISOString();
  const { notBeforeMs = 0, issuedAtMs, expiresAtMs, ...rest } = decision;
  const text = JSON.stringify({
    version: 3,
    serverTime: iso(SENT_MS),
    decisions: [
      {
        ...rest,
        notBefore: iso(notBeforeMs),
        issuedAt: iso(issuedAtMs),
        expiresAt: iso(expiresAtMs),
      },
    ],
    ended: ["dec_0"],
    leases: [
      { ...lease, expiresAt: iso(lease.expiresAtMs), refreshAfter: iso(lease.refreshAfterMs) },
    ],
  });
  const sent = {
    kind: "change",
    version: 3,
    decisions: [decision],
    ended: ["dec_0"],
    leases: [lease],
    serverTimeMs: SENT_MS,
  } as const;
  const read = parseMessage("change", text, ARRIVED_MS);
  const { leases = [], ...message } = onArrival(sent, ARRIVED_MS);
  expect(read).toMatchObject(message);
  expect(read?.leases).toMatchObject(leases);
});
