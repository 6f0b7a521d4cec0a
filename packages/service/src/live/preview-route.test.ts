import { Compile } from "typebox/compile";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LiveApi } from "./fixtures/live-api.ts";
import { OverridePreviewSchema } from "./live-schemas.ts";
import type { OverridePreview } from "./live-view.ts";

const Schema = Compile(OverridePreviewSchema);

let api: LiveApi;

beforeEach(async () => {
  api = await LiveApi.create();
});

afterEach(() => api.close());

async function preview(query = "", id = "http:idp.example"): Promise<OverridePreview> {
  const path = `/v1/overrides/${encodeURIComponent(id)}/preview${query}`;
  const { status, body } = await api.get(path);
  expect(status).toBe(200);
  expect([...Schema.Errors(body)]).toEqual([]);
  return body as OverridePreview;
}

describe("GET /v1/overrides/{dependency}/preview", () => {
  it("says how much is called now, by how many, and whom the word reaches", async () => {
    api.seconds(31);
    const gone = api.coordinator.tenant("default").instances.connected("worker-1", api.clock.nowMs);
    const facts = await preview("?action=hold");
    expect(facts).toMatchObject({ callsPerSecond: 36, agents: 18, instances: 1, replaces: [] });
    expect(facts.sentences[0]).toBe(
      "Now: 36 calls a second by 18 agents, 12 in flight, 0 waiting.",
    );
    expect(facts.sentences.at(-1)).toBe(
      "It reaches 1 connected process at once; others when they next ask.",
    );
    gone(0, api.clock.nowMs);
  });

  it("says what it outranks and which override it replaces", async () => {
    api.seconds(30);
    api.seconds(10, { failing: 3 });
    const { tenant } = { tenant: api.coordinator.tenant("default") };
    expect((await preview()).replaces[0]).toMatchObject({ action: "hold" });
    tenant.engine.override(
      {
        dependency: "http:idp.example",
        action: "proceed",
        priority: { from: 1, to: 5 },
        untilMs: api.clock.nowMs + 60_000,
        why: "test",
        by: "lea",
      },
      api.clock.nowMs,
    );
    const facts = await preview("?action=hold");
    expect(facts.override).toMatchObject({ action: "proceed", by: "lea" });
    expect(facts.sentences).toContain('It replaces the override "proceed" of lea.');
  });

  it("leaves alone what is decided for priorities that it is not about", async () => {
    api.seconds(30);
    api.seconds(10, { failing: 3 });
    expect((await preview("?from=2&to=3")).replaces).toEqual([]);
  });

  it.each([
    [
      "?action=limit&concurrency=2",
      "10 more are in flight than the limit allows: nothing new goes until they have ended.",
    ],
    ["?action=limit&concurrency=20", "8 more may go than are in flight now."],
    [
      "?action=limit&ratePerSecond=30",
      "6 calls a second more are made than the limit allows: they wait.",
    ],
  ])("says of %s that %s", async (query, sentence) => {
    api.seconds(31);
    expect((await preview(query)).sentences).toContain(sentence);
  });

  it("answers for a dependency that nobody has called yet, and for one with slashes", async () => {
    expect(await preview("", "model:openai/gpt-5@team-a")).toMatchObject({
      dependency: "model:openai/gpt-5@team-a",
      callsPerSecond: 0,
      inFlight: 0,
    });
  });

  it("changes nothing", async () => {
    api.seconds(3);
    await preview("?action=hold");
    expect(api.coordinator.tenant("default").engine.overrides()).toEqual([]);
  });
});
