import { ExponentialHistogram } from "@headway/core/signals";
import type { SignalPoint } from "@headway/core/signals";
import { describe, expect, it } from "vitest";
import { decisionOf, START_MS } from "../api/fixtures/samples.ts";
import { Savings } from "./savings.ts";

const DEPENDENCY = "tool:idp_lookup";

function applied(action: string, value: number, dependency = DEPENDENCY): SignalPoint {
  return { signal: "headway.decision.applied", attributes: { dependency, action }, value };
}

function histogram(signal: SignalPoint["signal"], seconds: number, outcome?: "ok" | "refused") {
  const value = new ExponentialHistogram();
  value.record(seconds, 4);
  return {
    signal,
    attributes: { dependency: DEPENDENCY, ...(outcome === undefined ? {} : { outcome }) },
    value: value.data(),
  };
}

describe("Savings", () => {
  it("counts what hooks held, what they turned away, and how long agents waited", () => {
    const savings = new Savings(START_MS);
    for (const action of ["shape", "defer", "hold", "shed"]) savings.record(applied(action, 2));
    savings.record(histogram("headway.call.duration", 0.1, "refused"));
    savings.record(histogram("headway.call.duration", 0.1, "ok"));
    savings.record(histogram("headway.decision.wait", 3));
    expect(savings.view()).toEqual({
      since: "2026-01-01T00:00:00.000Z",
      callsHeld: 8,
      callsTurnedAway: 4,
      callsAdvised: 0,
      secondsWaited: 12,
      retriesHeldBackEstimate: 0,
    });
  });

  it("counts apart what would have been held", () => {
    const savings = new Savings(START_MS);
    for (const action of ["advise_hold", "advise_proceed", "proceed", "unheard_of"])
      savings.record(applied(action, 3));
    expect(savings.view()).toMatchObject({ callsHeld: 0, callsAdvised: 3 });
  });

  it("takes the amplification of when the first decision came, while any is in force", () => {
    const savings = new Savings(START_MS);
    const [first, second] = [decisionOf("dec_1"), decisionOf("dec_2")];
    savings.decided([first], [], () => 3);
    savings.decided([second], [], () => 1);
    savings.record(applied("hold", 10));
    savings.record(applied("hold", 10, "tool:other"));
    expect(savings.view().retriesHeldBackEstimate).toBe(20);
    savings.decided([], [first], () => 9);
    savings.record(applied("hold", 1));
    expect(savings.view().retriesHeldBackEstimate).toBe(22);
    savings.decided([], [second], () => 9);
    savings.record(applied("hold", 1));
    expect(savings.view().retriesHeldBackEstimate).toBe(22);
  });

  it.each([
    [decisionOf("dec_1", { mode: "advise" })],
    [decisionOf("dec_1", { action: "proceed" })],
  ])("estimates nothing of a decision that holds nobody: %j", (decision) => {
    const savings = new Savings(START_MS);
    savings.decided([decision], [], () => 5);
    savings.record(applied("hold", 1));
    expect(savings.view().retriesHeldBackEstimate).toBe(0);
  });

  it("is not moved by what is no number of calls", () => {
    const savings = new Savings(START_MS);
    for (const value of [Number.NaN, -4, Number.POSITIVE_INFINITY])
      savings.record(applied("hold", value));
    expect(savings.view().callsHeld).toBe(0);
  });
});
