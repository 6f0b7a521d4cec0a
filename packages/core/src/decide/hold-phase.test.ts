import { describe, expect, it } from "vitest";
import { HoldPhase } from "./hold-phase.ts";
import type { HoldInput } from "./hold-phase.ts";
import { Prober } from "./prober.ts";
import { Ramp } from "./ramp.ts";

const candidates = ["a", "b", "c"].map((instance) => ({ instance, waiting: 1, inFlight: 0 }));

function input(nowMs: number, change: Partial<HoldInput> = {}): HoldInput {
  return {
    nowMs,
    good: 0,
    errors: 0,
    timeouts: 0,
    inFlight: 0,
    candidates,
    timeoutMs: 2_000,
    isBounded: false,
    rampUntil: 8,
    holdMsMax: 86_400_000,
    mayHold: true,
    ...change,
  };
}

describe("a hold", () => {
  it.each([
    [9, 0, "open"],
    [10, 0, "held"],
    [10, 1, "open"],
    [19, 1, "held"],
  ] as const)("%i errors and %i good answers: %s", (errors, good, phase) => {
    expect(new HoldPhase().observe(input(0, { errors, good }))).toBe(phase);
  });

  it("gives time-outs two more time-outs' time to end by themselves", () => {
    const phase = new HoldPhase();
    expect(phase.observe(input(0, { timeouts: 5, good: 5 }))).toBe("open");
    expect(phase.observe(input(3_500, { timeouts: 40 }))).toBe("open");
    expect(phase.observe(input(7_500, { timeouts: 5 }))).toBe("held");
  });

  it("is not made of time-outs where what is in flight is bounded, however long they go on", () => {
    const phase = new HoldPhase();
    for (let nowMs = 0; nowMs < 60_000; nowMs += 1_000)
      expect(phase.observe(input(nowMs, { timeouts: 20, isBounded: true }))).toBe("open");
    expect(phase.observe(input(60_000, { timeouts: 20, isBounded: false }))).toBe("held");
  });

  it("is made of errors whether anything is bounded or not, over a longer time too", () => {
    const now = new HoldPhase();
    expect(now.observe(input(0, { errors: 10, timeouts: 5, isBounded: true }))).toBe("held");
    const few = new HoldPhase();
    expect(few.observe(input(0, { errors: 5, isBounded: true }))).toBe("open");
    expect(few.observe(input(5_000, { errors: 5, isBounded: true }))).toBe("held");
  });

  it("is never made where the policy forbids it, and ended where it now does", () => {
    const phase = new HoldPhase();
    expect(phase.observe(input(0, { errors: 50, mayHold: false }))).toBe("open");
    phase.observe(input(1_000, { errors: 50 }));
    expect(phase.phase).toBe("held");
    expect(phase.observe(input(2_000, { mayHold: false }))).toBe("open");
  });

  it("ends by a ramp: one, two, four, open", () => {
    const phase = new HoldPhase();
    phase.observe(input(0, { errors: 10 }));
    phase.observe(input(1_000));
    expect(phase.prober.instance).toBe("a");
    expect(phase.observe(input(2_000, { good: 1 }))).toBe("ramping");
    expect(phase.allowance).toBe(1);
    phase.observe(input(3_000, { good: 1 }));
    expect(phase.allowance).toBe(2);
    phase.observe(input(4_000, { good: 2 }));
    expect(phase.allowance).toBe(4);
    expect(phase.observe(input(5_000, { good: 4 }))).toBe("open");
  });

  it("comes back when the ramp meets bad answers", () => {
    const phase = new HoldPhase();
    phase.hold(0);
    phase.observe(input(1_000));
    phase.observe(input(2_000, { good: 1 }));
    expect(phase.observe(input(3_000, { errors: 2 }))).toBe("held");
  });

  it("does not take stragglers of before for the probe's answer", () => {
    const phase = new HoldPhase();
    phase.observe(input(0, { errors: 10, inFlight: 5 }));
    phase.observe(input(1_500, { inFlight: 2 }));
    expect(phase.prober.instance).toBeUndefined();
    phase.observe(input(2_001, { inFlight: 2 }));
    expect(phase.prober.instance).toBe("a");
  });
});

describe("the prober", () => {
  it("is one, the next by name after the last, of those with calls waiting", () => {
    const prober = new Prober();
    prober.start(0);
    const some = [
      { instance: "a", waiting: 0, inFlight: 0 },
      { instance: "b", waiting: 1, inFlight: 0 },
      { instance: "c", waiting: 1, inFlight: 0 },
    ];
    prober.elect(some, 2_000, 999);
    expect(prober.instance).toBeUndefined();
    prober.elect(some, 2_000, 1_000);
    expect(prober.instance).toBe("b");
    prober.failed(1_500);
    prober.elect(some, 2_000, 2_499);
    expect(prober.instance).toBeUndefined();
    prober.elect(some, 2_000, 2_500);
    expect(prober.instance).toBe("c");
  });

  it("pauses longer after every failure, up to 4 s", () => {
    const prober = new Prober();
    prober.start(0);
    const pauses: number[] = [];
    for (let nowMs = 1_000; pauses.length < 5;) {
      prober.elect(candidates, 2_000, nowMs);
      prober.failed(nowMs);
      pauses.push(prober.nextAtMs - nowMs);
      nowMs = prober.nextAtMs;
    }
    expect(pauses).toEqual([1_000, 2_000, 4_000, 4_000, 4_000]);
  });

  it("that is silent for the callers' time-out and a report is replaced", () => {
    const prober = new Prober();
    prober.start(0);
    prober.elect(candidates, 2_000, 1_000);
    prober.elect(candidates, 2_000, 4_999);
    expect(prober.instance).toBe("a");
    prober.elect(candidates, 2_000, 5_000);
    expect(prober.instance).toBe("b");
  });

  it.each([
    ["has nothing to send", { waiting: 0, inFlight: 0 }, "b"],
    ["has its probe in flight", { waiting: 0, inFlight: 1 }, "a"],
    ["has calls waiting", { waiting: 1, inFlight: 0 }, "a"],
  ])("that %s is %j: then %s probes", (_, elected, prober) => {
    const election = new Prober();
    election.start(0);
    election.elect([{ instance: "a", waiting: 1, inFlight: 0 }], 2_000, 1_000);
    const other = { instance: "b", waiting: 1, inFlight: 0 };
    election.elect([{ instance: "a", ...elected }, other], 2_000, 2_000);
    expect(election.instance).toBe(prober);
  });

  it("is not judged by what it said before it was elected", () => {
    const prober = new Prober();
    prober.start(0);
    prober.elect(candidates, 2_000, 1_000);
    const [first, ...others] = candidates;
    prober.elect([{ ...first!, waiting: 0 }, ...others], 2_000, 1_999);
    expect(prober.instance).toBe("a");
  });

  it("that has nothing to send stays while nobody else has", () => {
    const prober = new Prober();
    prober.start(0);
    const idle = ["a", "b"].map((instance) => ({ instance, waiting: 0, inFlight: 0 }));
    prober.elect(idle, 2_000, 1_000);
    prober.elect(idle, 2_000, 3_000);
    expect(prober.instance).toBe("a");
  });

  it("that has gone is replaced at once", () => {
    const prober = new Prober();
    prober.start(0);
    prober.elect(candidates, 2_000, 1_000);
    prober.elect(candidates.slice(1), 2_000, 1_200);
    expect(prober.instance).toBe("b");
  });
});

describe("the ramp", () => {
  it("waits for answers: time alone does not open it", () => {
    const ramp = new Ramp();
    ramp.start();
    expect(ramp.step(0, 0)).toBe(true);
    expect(ramp.allowance).toBe(1);
  });

  it("does not grow on a mixed step, and ends on a bad one", () => {
    const ramp = new Ramp();
    ramp.start();
    ramp.step(1, 0);
    expect(ramp.step(2, 1)).toBe(true);
    expect(ramp.allowance).toBe(2);
    expect(ramp.step(1, 2)).toBe(false);
  });
});
