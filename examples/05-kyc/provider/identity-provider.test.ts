import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { IdentityProvider } from "./identity-provider.ts";
import type { Job } from "./identity-provider.ts";

const SERVICE_MS = 100;

let answered: string[];

beforeEach(() => {
  vi.useFakeTimers();
  answered = [];
});

afterEach(() => {
  vi.useRealTimers();
});

function provider(workers: number, queueLengthMax: number): IdentityProvider {
  return new IdentityProvider({ workers, queueLengthMax, serviceMs: () => SERVICE_MS });
}

function job(name: string): Job {
  return { abandoned: false, answer: () => answered.push(name) };
}

describe("IdentityProvider", () => {
  it("serves as many at once as it has workers, the others in the order they came", () => {
    const idp = provider(2, 8);
    for (const name of ["a", "b", "c", "d", "e"]) idp.submit(job(name));
    expect([idp.inService, idp.queueLength]).toEqual([2, 3]);
    vi.advanceTimersByTime(SERVICE_MS);
    expect(answered).toEqual(["a", "b"]);
    vi.advanceTimersByTime(2 * SERVICE_MS);
    expect(answered).toEqual(["a", "b", "c", "d", "e"]);
  });

  it("refuses what its queue cannot hold, and takes more as soon as it can", () => {
    const idp = provider(1, 1);
    expect(["a", "b", "c"].map((name) => idp.submit(job(name)))).toEqual([true, true, false]);
    vi.advanceTimersByTime(SERVICE_MS);
    expect(idp.submit(job("d"))).toBe(true);
  });

  it("serves what was abandoned all the same, and counts it apart", () => {
    const idp = provider(1, 8);
    const [first, second] = [job("a"), job("b")];
    idp.submit(first);
    idp.submit(second);
    second.abandoned = true;
    vi.advanceTimersByTime(2 * SERVICE_MS);
    expect(idp.takeCounts()).toEqual({ served: 1, servedForNobody: 1 });
    expect(idp.takeCounts()).toEqual({ served: 0, servedForNobody: 0 });
  });
});
