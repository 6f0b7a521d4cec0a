import { POLICY_DEFAULT } from "@headway/core";
import { afterEach, describe, expect, it } from "vitest";
import { headwayTelemetry } from "./ai-sdk/headway-telemetry.ts";
import { createHeadway } from "./create-headway.ts";
import { ManualClock } from "./fixtures/manual-clock.ts";
import type { Headway } from "./headway.ts";
import { SIGNAL_SOURCE } from "./signal-source.ts";

const SECRET = { customer: "s3cr3t-mark" };
const open: Headway[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((headway) => headway.close()));
});

async function local(loopDigest?: boolean) {
  const clock = new ManualClock();
  const defaults = { ...POLICY_DEFAULT.defaults, mode: "enforce" } as const;
  const headway = createHeadway({
    clock,
    agent: "kyc",
    waitMs: 0,
    policy: { ...POLICY_DEFAULT, defaults },
    ...(loopDigest !== undefined && { loopDigest }),
  });
  open.push(headway);
  await new Promise<void>((resolve) => {
    headway.on("connected", () => resolve());
  });
  return { clock, headway };
}

interface Caller {
  readonly everyMs: (call: number) => number;
  readonly args: (call: number) => unknown;
}

/** What became of an agent's calls that all work; the hook's own engine decides. */
async function admissions(loopDigest: boolean, calls: number, { everyMs, args }: Caller) {
  const { clock, headway } = await local(loopDigest);
  const admitted: boolean[] = [];
  for (let call = 0; call < calls; call += 1) {
    const options = { dependency: "tool:lookup", args: args(call) };
    const result = await headway.tryRun(options, () => "found");
    admitted.push(result.admitted);
    await clock.advance(everyMs(call));
  }
  return admitted;
}

const same = (): unknown => structuredClone(SECRET);
const even = (): number => 500;

/** Fails whoever looks into it, and counts. */
function untouchable() {
  const seen = { touches: 0 };
  const refuse = (): never => {
    seen.touches += 1;
    throw new Error("looked at");
  };
  const traps = { get: refuse, has: refuse, ownKeys: refuse, getPrototypeOf: refuse };
  return { args: new Proxy({}, traps), seen };
}

describe("an agent whose calls work", () => {
  it("is no loop on any beat, for nobody compares its arguments by default", async () => {
    for (const everyMs of [even, (): number => 20]) {
      const admitted = await admissions(false, 200, { everyMs, args: same });
      expect(admitted).not.toContain(false);
    }
  });

  it("is none with arguments that differ, nor on no beat", async () => {
    const different = (call: number): unknown => ({ page: call });
    expect(await admissions(true, 100, { everyMs: even, args: different })).not.toContain(false);
    const uneven = (call: number): number => 100 * (1 + ((call * 7) % 11));
    expect(await admissions(true, 100, { everyMs: uneven, args: same })).not.toContain(false);
  });

  it("is a loop with the same arguments each time; it is held back, let go, and found again", async () => {
    const admitted = await admissions(true, 300, { everyMs: even, args: same });
    const firstHeld = admitted.indexOf(false);
    // Five cycles make it no chance, two more may pass before the engine's tick.
    expect(firstHeld).toBeGreaterThanOrEqual(5);
    expect(firstHeld).toBeLessThanOrEqual(8);
    const again = admitted.indexOf(true, firstHeld);
    expect(again - firstHeld).toBeGreaterThan(40);
    expect(again - firstHeld).toBeLessThan(80);
    expect(admitted.indexOf(false, again)).toBeGreaterThan(again);
  });
});

describe("arguments", () => {
  it("are never touched unless the team has asked for it", async () => {
    const { headway } = await local();
    const { args, seen } = untouchable();
    const call = { dependency: "tool:lookup", args };
    expect(await headway.run(call, () => 1)).toBe(1);
    expect(await headway.retry(call, () => 1)).toBe(1);
    const hook = headwayTelemetry(headway);
    const toolCall = {
      toolName: "lookup",
      get input(): never {
        throw new Error("looked at");
      },
    };
    expect(await hook.executeTool({ toolCall, execute: async () => 1 })).toBe(1);
    expect(seen.touches).toBe(0);
  });

  it("that cannot be looked at do not harm the call", async () => {
    const { headway } = await local(true);
    const { args, seen } = untouchable();
    expect(await headway.run({ dependency: "tool:lookup", args }, () => 1)).toBe(1);
    expect(seen.touches).toBeGreaterThan(0);
  });

  it.each([
    [
      "run",
      (headway: Headway) => headway.run({ dependency: "tool:lookup", args: same() }, () => 1),
    ],
    [
      "retry",
      (headway: Headway) => headway.retry({ dependency: "tool:lookup", args: same() }, () => 1),
    ],
    [
      "an AI SDK tool",
      (headway: Headway) =>
        headwayTelemetry(headway).executeTool({
          toolCall: { toolName: "lookup", input: same() },
          execute: async () => 1,
        }),
    ],
  ])("of %s are compared where the team has asked for it, and not reported", async (_, call) => {
    const { clock, headway } = await local(true);
    const { recorder } = headway[SIGNAL_SOURCE];
    const take = recorder.take.bind(recorder);
    const reports: string[] = [];
    recorder.take = (nowMs) => {
      const report = take(nowMs);
      reports.push(JSON.stringify(report));
      return report;
    };
    for (let count = 0; count < 6; count += 1) {
      await call(headway);
      await clock.advance(500);
    }
    await clock.advance(1_000);
    const said = reports.join("\n");
    expect(said).toContain('"outcome":"ok","digest":true');
    expect(said).not.toContain(SECRET.customer);
    // 48 bits in decimals; nothing else that is reported is as long.
    expect(said.match(/[1-9]\d{12,}/)).toBeNull();
  });
});
