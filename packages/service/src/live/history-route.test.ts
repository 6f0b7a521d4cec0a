import { Compile } from "typebox/compile";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LiveApi } from "./fixtures/live-api.ts";
import { LiveHistorySchema } from "./live-schemas.ts";
import type { LiveHistory } from "./live-view.ts";

const Schema = Compile(LiveHistorySchema);
const ROOT = encodeURIComponent("http:idp.example");

let api: LiveApi;

beforeEach(async () => {
  api = await LiveApi.create();
});

afterEach(() => api.close());

async function history(query: string): Promise<LiveHistory> {
  await api.coordinator.tenant("default").journal.flush();
  const { status, body } = await api.get(`/v1/history?dependency=${ROOT}${query}`);
  expect(status).toBe(200);
  expect([...Schema.Errors(body)]).toEqual([]);
  return body as LiveHistory;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

describe("GET /v1/history", () => {
  it("gives the seconds of the span, with what fired and what was decided in it", async () => {
    api.seconds(30);
    const fromMs = api.clock.nowMs;
    api.seconds(20, { failing: 3 });
    const toMs = api.clock.nowMs;
    api.seconds(60);
    const storm = await history(`&from=${iso(fromMs)}&to=${iso(toMs)}`);
    expect(storm.seconds).toHaveLength(20);
    expect(storm.seconds.map(({ errorShare }) => errorShare)).toEqual(Array(20).fill(1));
    expect(storm.seconds.at(0)?.endsAt).toBe(iso(fromMs + 1_000));
    expect(storm.seconds.at(-1)?.endsAt).toBe(iso(toMs));
    expect(storm.detections.map(({ kind }) => kind)).toContain("failing");
    expect(storm.log.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(["detection.fired", "decision.issued"]),
    );
    const times = storm.log.map(({ at }) => Date.parse(at));
    expect(times).toEqual(times.toSorted((a, b) => b - a));
    expect(Math.min(...times)).toBeGreaterThanOrEqual(fromMs);
    expect(Math.max(...times)).toBeLessThanOrEqual(toMs);
    const before = await history(`&to=${iso(fromMs)}`);
    expect(before).toMatchObject({ detections: [], log: [] });
    expect(before.seconds).toHaveLength(30);
  });

  it("says how far back it goes", async () => {
    await api.close();
    api = await LiveApi.create({
      fleet: { processes: 1, agentsPerProcess: 1, dependencies: 1, dependenciesPerProcess: 1 },
    });
    api.seconds(16 * 60);
    const { keptFrom, seconds } = await history(`&from=${iso(0)}`);
    expect(keptFrom).toBe(iso(api.clock.nowMs - 900_000));
    expect(seconds).toHaveLength(900);
  });

  it("knows nothing of a dependency that nobody called", async () => {
    const { body } = await api.get("/v1/history?dependency=tool:unheard");
    expect(body).toMatchObject({ status: 404, code: "ERR_NOT_FOUND" });
  });
});
