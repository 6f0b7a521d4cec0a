import { describe, expect, it } from "vitest";
import { Lockout } from "./lockout.ts";

const MINUTE_MS = 60_000;

function failing(times: number, fromMs = 0): Lockout {
  const lockout = new Lockout(3);
  for (let failure = 0; failure < times; failure += 1) lockout.failed("a", fromMs + failure);
  return lockout;
}

describe("Lockout", () => {
  it("bears as many failing requests in a minute as it says, and locks out at the next", () => {
    expect(failing(3).isLocked("a", 10)).toBe(false);
    expect(failing(4).isLocked("a", 10)).toBe(true);
  });

  it("opens again when the minute has passed over the failures", () => {
    const lockout = failing(4);
    expect(lockout.isLocked("a", MINUTE_MS - 1)).toBe(true);
    expect(lockout.isLocked("a", MINUTE_MS + 1)).toBe(false);
  });

  it("stays shut for a client that keeps knocking", () => {
    const lockout = failing(4);
    for (let atMs = 0; atMs < 3 * MINUTE_MS; atMs += 10_000) lockout.failed("a", atMs);
    expect(lockout.isLocked("a", 3 * MINUTE_MS)).toBe(true);
    expect(lockout.lockouts).toBe(1);
  });

  it("knows clients apart, and counts each lockout once", () => {
    const lockout = failing(9);
    lockout.failed("b", 5);
    expect(lockout.isLocked("b", 10)).toBe(false);
    expect(lockout.clientsLocked(10)).toBe(1);
    expect(lockout.lockouts).toBe(1);
    for (let failure = 0; failure < 4; failure += 1) lockout.failed("a", 2 * MINUTE_MS + failure);
    expect(lockout.lockouts).toBe(2);
  });
});
