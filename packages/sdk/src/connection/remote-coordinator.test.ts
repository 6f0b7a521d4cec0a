import { afterEach, expect, it } from "vitest";
import { createHeadway } from "../create-headway.ts";
import { lease, shape } from "../fixtures/decisions.ts";
import { ManualClock } from "../fixtures/manual-clock.ts";
import { StreamFetch } from "../fixtures/stream-fetch.ts";
import type { Headway } from "../headway.ts";

const CALL = { dependency: "tool:x" };
const open: Headway[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((headway) => headway.close()));
});

async function scene() {
  const clock = new ManualClock();
  const stream = new StreamFetch(clock);
  const headway = createHeadway({ url: "http://x.example", clock, fetch: stream.fetch });
  open.push(headway);
  const said: string[] = [];
  headway.on("stale", () => said.push("stale"));
  const ends: (() => void)[] = [];
  /** How many calls may be under way now; all of them end again. */
  const width = async (): Promise<number> => {
    const calls = Array.from({ length: 9 }, () =>
      headway.tryRun({ ...CALL, waitMs: 0 }, () => new Promise<void>((end) => ends.push(end))),
    );
    await clock.advance(0);
    const count = ends.length;
    for (const end of ends.splice(0)) end();
    await Promise.all(calls);
    return count;
  };
  return { clock, stream, headway, said, width };
}

it("when the service dies, goes by the lease, then by its safe amount for one more term, then proceeds", async () => {
  const { clock, stream, said, width } = await scene();
  const expiresAtMs = clock.nowMs + 10_000;
  const held = lease({ amount: 3, safe: 1, expiresAtMs });
  await stream.say([shape({ expiresAtMs })], [held]);
  // The same grant told again is no new term, and neither is news of a decision.
  await clock.advance(4_000);
  await stream.say([shape({ expiresAtMs, version: 2 })], [held]);
  stream.die();
  await clock.advance(5_000);
  expect(await width()).toBe(3);
  await clock.advance(2_000);
  expect([await width(), said]).toEqual([1, []]);
  await clock.advance(8_500);
  expect([await width(), said]).toEqual([1, []]);
  await clock.advance(1_000);
  expect([await width(), said]).toEqual([9, ["stale"]]);
});
