import { afterEach, expect, it } from "vitest";
import { createHeadway } from "../create-headway.ts";
import { ManualClock } from "../fixtures/manual-clock.ts";
import type { Headway } from "../headway.ts";
import type { OtelReadableSpan } from "../otel/otel-types.ts";
import { HeadwaySpanProcessor } from "../otel/span-processor.ts";
import { SIGNAL_SOURCE } from "../signal-source.ts";
import { createHeadway as createLocal, POLICY_DEFAULT } from "./index.ts";

const CALL = { dependency: "tool:x" };
const open: Headway[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((headway) => headway.close()));
});

async function local(options: Parameters<typeof createHeadway>[0] = {}) {
  const clock = new ManualClock();
  const headway = createHeadway({ clock, ...options });
  open.push(headway);
  await new Promise<void>((resolve) => {
    headway.on("connected", () => resolve());
  });
  return { clock, headway };
}

const SEARCH: OtelReadableSpan = {
  name: "execute_tool search",
  kind: 0,
  attributes: { "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "search" },
  resource: { attributes: {} },
  status: { code: 0 },
  duration: [0, 1_000_000],
  events: [],
  spanContext: () => ({ traceId: "5b8efff798038103d269b633813fc60c", spanId: "eee19b7ec3c1b174" }),
  instrumentationScope: { name: "agent" },
};

function throttled(): Response {
  return new Response(null, { status: 429, headers: { "retry-after": "5" } });
}

it("without a url, one throttled answer holds the whole process back", async () => {
  const { clock, headway } = await local({ mode: "enforce" });
  for (let call = 0; call < 5; call += 1) await headway.run(CALL, throttled);
  await clock.advance(1_000);
  const verdict = headway.check("tool:x");
  expect(["defer", "hold"]).toContain(verdict.action);
  expect(verdict.decision?.reason.code).toBe("throttled");
  expect(verdict.retryAfterMs).toBeGreaterThan(1_000);
  expect(await headway.tryRun({ ...CALL, waitMs: 0 }, throttled)).toMatchObject({
    admitted: false,
  });
});

it("by default only advises", async () => {
  const { clock, headway } = await local();
  for (let call = 0; call < 5; call += 1) await headway.run(CALL, throttled);
  await clock.advance(1_000);
  const verdict = headway.check("tool:x");
  expect(verdict.action).toBe("proceed");
  expect(verdict.decision?.mode).toBe("advise");
  expect(await headway.run(CALL, () => "went")).toBe("went");
});

it("takes a policy", async () => {
  const defaults = { ...POLICY_DEFAULT.defaults, mode: "enforce", concurrencyMax: 2 } as const;
  const { clock, headway } = await local({ policy: { ...POLICY_DEFAULT, defaults } });
  const [ends, calls]: [(() => void)[], Promise<void>[]] = [[], []];
  await headway.run(CALL, () => {});
  await clock.advance(1_000);
  for (let call = 0; call < 5; call += 1) {
    calls.push(headway.run(CALL, () => new Promise<void>((resolve) => ends.push(resolve))));
  }
  await clock.advance(0);
  expect(ends).toHaveLength(2);
  while (ends.length > 0) {
    ends.shift()!();
    await clock.advance(0);
  }
  await Promise.all(calls);
});

it("names dependencies by its policy's rules", async () => {
  const when = { "gen_ai.tool.name": "search" };
  const identities = [{ when, dependency: "tool:named" }];
  const { clock, headway } = await local({ policy: { ...POLICY_DEFAULT, identities } });
  const { recorder } = headway[SIGNAL_SOURCE];
  const processor = new HeadwaySpanProcessor(headway);
  processor.onEnd(SEARCH);
  const { points } = recorder.take(clock.nowMs);
  expect(points.map(({ attributes }) => attributes.dependency)).toContain("tool:named");
});

it("can be closed before it is loaded", async () => {
  const headway = createLocal();
  await headway.close();
  expect(headway.check("tool:x").action).toBe("proceed");
});
