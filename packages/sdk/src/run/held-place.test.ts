import { AsyncResource } from "node:async_hooks";
import { afterEach, describe, expect, it } from "vitest";
import { lease, shape } from "../fixtures/decisions.ts";
import { CALL, closeScenes, scene, Turnstile } from "../fixtures/hook-scene.ts";
import { settle } from "../fixtures/manual-clock.ts";
import { NotNow } from "../not-now.ts";
import { underWay } from "./held-place.ts";
import type { HeldPlace } from "./held-place.ts";

afterEach(closeScenes);

describe("a run that holds a place", () => {
  it("deadlocks in no nest of calls: through a retry, or by way of another dependency", async () => {
    const { headway, clock } = await scene([shape()], [lease({ amount: 1 })]);
    const innermost = (): Promise<string> => headway.run(CALL, () => "inner");
    const by = { dependency: "tool:y" };
    const nests = [
      headway.run(CALL, () => headway.retry(CALL, innermost)),
      headway.run(CALL, () => headway.run(by, () => headway.run(by, innermost))),
      headway.run(CALL, () => headway.map([1], CALL, innermost).then(([value]) => value)),
      headway.run(CALL, () => headway.withContext({ agent: "a" }, innermost)),
    ];
    await clock.advance(1);
    expect(await Promise.all(nests)).toEqual(["inner", "inner", "inner", "inner"]);
  });

  it("lends its place to one call at a time, and each of many has its turn", async () => {
    const { headway } = await scene([shape()], [lease({ amount: 1 })]);
    const gate = new Turnstile();
    const call = headway.run(CALL, () =>
      Promise.all(Array.from({ length: 20 }, () => headway.run(CALL, () => gate.pass()))),
    );
    for (let done = 0; done < 20; done += 1) {
      await settle();
      expect(gate.now).toBe(1);
      await gate.letOne();
    }
    expect(await call).toHaveLength(20);
    expect(gate.most).toBe(1);
    expect(await headway.run({ ...CALL, waitMs: 0 }, () => "free")).toBe("free");
  });

  it("lends no place once it has ended, and what it left running keeps no more than that one", async () => {
    const { headway } = await scene([shape()], [lease({ amount: 1 })]);
    const gate = new Turnstile();
    const now = { ...CALL, waitMs: 0 };
    let background: (() => Promise<string>) | undefined;
    await headway.run(CALL, () => {
      void headway.run(CALL, () => gate.pass());
      background = AsyncResource.bind(() => headway.run(now, () => "later"));
    });
    await settle();
    await expect(background?.()).rejects.toBeInstanceOf(NotNow);
    await expect(headway.run(now, () => 1)).rejects.toBeInstanceOf(NotNow);
    await gate.letOne();
    const holder = headway.run(CALL, () => gate.pass());
    await settle();
    await expect(background?.()).rejects.toBeInstanceOf(NotNow);
    await gate.letOne();
    await holder;
    expect(await background?.()).toBe("later");
  });

  it("lends it past a call that has ended, to what that left running", async () => {
    const { headway } = await scene([shape()], [lease({ amount: 1 })]);
    const now = { ...CALL, waitMs: 0 };
    let background: (() => Promise<string>) | undefined;
    const later = await headway.run(CALL, async () => {
      await headway.run(now, () => {
        background = AsyncResource.bind(() => headway.run(now, () => "later"));
      });
      return background?.();
    });
    expect(later).toBe("later");
  });
});

it("forgets runs that have ended, where each starts the next before its own end", () => {
  let last: HeldPlace | undefined;
  for (let turn = 0; turn < 100; turn += 1) {
    const around = underWay(last);
    if (last !== undefined) last.isOpen = false;
    const [place, lender, isProbe] = [undefined, undefined, false];
    last = { place, lender, isProbe, isOpen: true, isLent: false, around };
  }
  let length = 0;
  for (let at = last; at !== undefined; at = at.around) length += 1;
  expect(length).toBeLessThan(4);
  expect(underWay(last)).toBe(last);
});
