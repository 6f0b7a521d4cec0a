import { describe, expect, it } from "vitest";
import { erlangWait } from "./fixtures/erlang-c.ts";
import { loneDependency } from "./fixtures/lone-dependency.ts";
import { OpenClients } from "./fixtures/open-clients.ts";

const SERVICE_MS = 100;
const BATCHES = 40;

/** The mean with its standard error, from the means of long batches: waits close together are far from independent. */
function batchMean(values: readonly number[]): { mean: number; error: number } {
  const size = Math.floor(values.length / BATCHES);
  const means = Array.from({ length: BATCHES }, (_, batch) => {
    const part = values.slice(batch * size, (batch + 1) * size);
    return part.reduce((sum, value) => sum + value, 0) / size;
  });
  const mean = means.reduce((sum, value) => sum + value, 0) / BATCHES;
  const square = means.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (BATCHES - 1);
  return { mean, error: Math.sqrt(square / BATCHES) };
}

describe("the plant against queueing theory", () => {
  it("knows Erlang's formula: one server, and the table's value for ten", () => {
    expect(erlangWait(1, 0.5)).toBeCloseTo(1, 12);
    expect(erlangWait(10, 8) * 2).toBeCloseTo(0.409_18, 5);
  });

  it.each([
    { servers: 1, load: 0.5 },
    { servers: 1, load: 0.8 },
    { servers: 4, load: 0.8 },
    { servers: 8, load: 0.9 },
    { servers: 32, load: 0.9 },
    { servers: 32, load: 0.95 },
  ])("waits as Erlang C says with $servers servers at a load of $load", ({ servers, load }) => {
    const { events, random, dependency } = loneDependency({
      servers,
      queue: 1e9,
      service: { kind: "exponential", meanMs: SERVICE_MS },
    });
    const perSecond = (load * servers * 1_000) / SERVICE_MS;
    const endMs = (250_000 / perSecond) * 1_000;
    const options = { perSecond, timeoutMs: Infinity, resends: 0, endMs };
    const clients = new OpenClients(options, events, dependency, random("arrivals"));
    events.runUntil(endMs);
    const { mean, error } = batchMean(clients.tookMs);
    const expected = SERVICE_MS * (1 + erlangWait(servers, load * servers));
    // Four standard errors, and the run must be long enough for them to mean something.
    expect(Math.abs(mean - expected)).toBeLessThan(4 * error);
    expect(error / expected).toBeLessThan(0.03);
  });

  it("keeps Little's law within 1 %: what is inside, looked at from outside, is arrivals times stay", () => {
    const { events, random, dependency } = loneDependency();
    const endMs = 10_000_000;
    const options = { perSecond: 57.6, timeoutMs: Infinity, resends: 0, endMs };
    const clients = new OpenClients(options, events, dependency, random("arrivals"));
    let looks = 0;
    let inside = 0;
    // At moments that have nothing to do with the clients'.
    const look = (): void => {
      looks += 1;
      inside += dependency.inService + dependency.queued;
      events.after(97, look);
    };
    events.after(97, look);
    events.runUntil(endMs);
    const stayMs = clients.tookMs.reduce((sum, ms) => sum + ms, 0) / clients.tookMs.length;
    const arrivalsPerMs = clients.arrived / endMs;
    expect(clients.failed).toBe(0);
    expect(Math.abs(inside / looks / (arrivalsPerMs * stayMs) - 1)).toBeLessThan(0.01);
  });
});
