import { afterEach, describe, expect, it } from "vitest";
import { GO } from "./fixtures/fake-engine.ts";
import { createTestApi } from "./fixtures/test-api.ts";
import type { TestApi, TestApiOptions } from "./fixtures/test-api.ts";
import { refusalVerdict } from "./fixtures/samples.ts";

let api: TestApi;

async function start(options: TestApiOptions = {}): Promise<TestApi> {
  api = await createTestApi(options);
  return api;
}

function ask(payload: object, headers: Record<string, string> = {}) {
  return api.app.inject({ method: "POST", url: "/v1/decide", payload, headers });
}

afterEach(() => api.close());

const dependency = "tool:idp_lookup";

describe("POST /v1/decide", () => {
  it("answers 200 whatever the verdict", async () => {
    const { engine } = await start();
    expect((await ask({ dependency })).json()).toEqual({
      action: "proceed",
      retryAfterMs: 0,
      decisionId: null,
      mode: "enforce",
      reason: null,
      lease: null,
      serverTime: "2026-01-01T00:00:00.000Z",
    });
    engine().verdict = () => refusalVerdict("failing", { shape: { retries: 0 } });
    const refused = await ask({ dependency });
    expect(refused.statusCode).toBe(200);
    expect(refused.json()).toMatchObject({
      action: "hold",
      retryAfterMs: 3_120,
      decisionId: "dec_1",
      reason: { code: "failing", summary: "Not now.", detections: [] },
      shape: { retries: 0 },
    });
  });

  it("says in headers too when to come back, for clients that know only those", async () => {
    const { engine } = await start();
    expect((await ask({ dependency })).headers).not.toHaveProperty("retry-after");
    engine().verdict = () => refusalVerdict("failing", { shape: { concurrency: 4 } });
    expect((await ask({ dependency })).headers).toMatchObject({
      "retry-after": "4",
      ratelimit: '"tool:idp_lookup";r=0;t=4',
      "ratelimit-policy": '"tool:idp_lookup";q=4;qu="concurrent-requests"',
    });
  });

  it("asks the engine with everything that the caller told", async () => {
    const { engine } = await start();
    const consult = {
      dependency,
      priority: 5,
      agent: "kyc",
      workflow: "onboard",
      attempt: 2,
      deadlineMs: 900,
    };
    await ask(consult);
    await ask({ dependency });
    expect(engine().consults).toEqual([consult, { dependency }]);
  });

  it.each([
    [{}, "body must have required properties dependency"],
    [{ dependency: "idp" }, "body.dependency"],
    [{ dependency, priority: 0 }, "body.priority"],
    [{ dependency, priority: "1" }, "body.priority"],
    [{ dependency, attempt: 0 }, "body.attempt"],
    [{ dependency, waitMs: 60_001 }, "body.waitMs"],
    [{ dependency, deadlineMs: -1 }, "body.deadlineMs"],
    [{ dependency, idempotencyKey: "" }, "body.idempotencyKey"],
    [{ dependency, piority: 1 }, 'nearest known name is "priority"'],
  ])("refuses %j", async (body, detail) => {
    await start();
    const response = await ask(body);
    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({ code: "ERR_REQUEST_INVALID", status: 400 });
    expect(response.json().detail).toContain(detail);
  });

  it("never repeats what it was sent, not even the name of a field", async () => {
    await start();
    const response = await ask({ dependency, sEcReT: "sEcReT", "{": "sEcReT" });
    expect(response.statusCode).toBe(400);
    expect(response.body).not.toContain("sEcReT");
  });

  it("asks for the scope to read", async () => {
    await start({
      tokens: { in: { tenant: "t", scopes: ["ingest"] }, out: { tenant: "t", scopes: ["read"] } },
    });
    expect((await ask({ dependency })).statusCode).toBe(401);
    expect((await ask({ dependency }, { authorization: "Bearer in" })).statusCode).toBe(403);
    expect((await ask({ dependency }, { authorization: "Bearer out" })).statusCode).toBe(200);
  });
});

describe("waitMs", () => {
  it("holds the answer until a tick lets the caller go", async () => {
    const { engine, coordinator } = await start();
    engine().verdict = () => refusalVerdict("failing", { retryAfterMs: 60_000 });
    const answer = ask({ dependency, waitMs: 20_000 });
    await waitUntil(() => coordinator.clients.open === 1);
    coordinator.tick();
    expect(coordinator.clients.open).toBe(1);
    engine().verdict = () => GO;
    coordinator.tick();
    expect((await answer).json()).toMatchObject({ action: "proceed" });
    expect(coordinator.clients.open).toBe(0);
  });

  it("gives what a tick has made free to the most urgent, and of equals to the first", async () => {
    const { engine, coordinator } = await start();
    engine().verdict = () => refusalVerdict("standing_bound", { retryAfterMs: 60_000 });
    const priorities = [5, 3, undefined, 1];
    const done: string[] = [];
    const answers = priorities.map(async (priority, index) => {
      const caller = { agent: `${index}`, ...(priority === undefined ? {} : { priority }) };
      await ask({ dependency, waitMs: 20_000, ...caller });
      done.push(caller.agent);
    });
    await waitUntil(() => coordinator.clients.open === 4);
    for (let free = 1; free <= 4; free += 1) {
      let left = 1;
      engine().verdict = () =>
        (left -= 1) >= 0 ? GO : refusalVerdict("standing_bound", { retryAfterMs: 60_000 });
      coordinator.tick();
      await waitUntil(() => done.length === free);
    }
    await Promise.all(answers);
    expect(done).toEqual(["3", "1", "2", "0"]);
  });

  it("asks again when the verdict's own time has come, without a tick", async () => {
    const { engine } = await start();
    let asked = 0;
    engine().verdict = () =>
      (asked += 1) === 1 ? refusalVerdict("failing", { retryAfterMs: 30 }) : GO;
    expect((await ask({ dependency, waitMs: 20_000 })).json()).toMatchObject({ action: "proceed" });
    expect(asked).toBe(2);
  });

  it("does not ask all the time although the verdict's time is over", async () => {
    const { engine } = await start();
    engine().verdict = () => refusalVerdict("failing", { retryAfterMs: 0 });
    await ask({ dependency, waitMs: 200 });
    expect(engine().consults.length).toBeGreaterThan(1);
    expect(engine().consults.length).toBeLessThanOrEqual(5);
  });

  it.each([
    ["the time it may wait", { waitMs: 1_000 }],
    ["the caller's deadline", { waitMs: 60_000, deadlineMs: 1_000 }],
  ])("answers before %s is over", async (_name, times) => {
    const { engine } = await start({ tuning: { answerMarginMs: 600 } });
    engine().verdict = () => refusalVerdict("failing", { retryAfterMs: 60_000 });
    const startedAt = performance.now();
    const answer = (await ask({ dependency, ...times })).json();
    const tookMs = performance.now() - startedAt;
    expect(answer).toMatchObject({ action: "hold" });
    expect(tookMs).toBeGreaterThan(350);
    expect(tookMs).toBeLessThan(1_000);
  });

  it("tells the engine how much of the deadline is left", async () => {
    const { engine, coordinator, clock } = await start();
    engine().verdict = () => refusalVerdict("failing", { retryAfterMs: 60_000 });
    const answer = ask({ dependency, waitMs: 20_000, deadlineMs: 9_000 });
    await waitUntil(() => coordinator.clients.open === 1);
    clock.nowMs += 4_000;
    engine().verdict = () => GO;
    coordinator.tick();
    await answer;
    expect(engine().consults.map(({ deadlineMs }) => deadlineMs)).toEqual([9_000, 5_000]);
  });

  it("does not wait for what is only advised", async () => {
    const { engine } = await start();
    engine().verdict = () => refusalVerdict("failing", { mode: "advise" });
    expect((await ask({ dependency, waitMs: 20_000 })).json()).toMatchObject({
      action: "hold",
      mode: "advise",
    });
  });

  it("answers at once when there is no place left to wait in", async () => {
    const { engine } = await start({ clientsMax: 0 });
    engine().verdict = () => refusalVerdict("failing");
    expect((await ask({ dependency, waitMs: 20_000 })).json()).toMatchObject({ action: "hold" });
  });
});

describe("idempotencyKey", () => {
  it("gives the same verdict to the same question while it is valid", async () => {
    const { engine, clock } = await start();
    let asked = 0;
    engine().verdict = () =>
      refusalVerdict("failing", { decisionId: `dec_${(asked += 1)}`, retryAfterMs: 3_000 });
    const first = await ask({ dependency, priority: 2, idempotencyKey: "k" });
    clock.nowMs += 1_000;
    const second = await ask({ priority: 2, dependency, idempotencyKey: "k" });
    expect([first, second].map((response) => response.json().decisionId)).toEqual([
      "dec_1",
      "dec_1",
    ]);
    expect(second.json().retryAfterMs).toBe(2_000);
    expect([first, second].map(({ headers }) => headers["idempotent-replayed"])).toEqual([
      undefined,
      "true",
    ]);
    clock.nowMs += 2_000;
    expect((await ask({ dependency, priority: 2, idempotencyKey: "k" })).json().decisionId).toBe(
      "dec_2",
    );
  });

  it("answers 409 to another question under the same key, also once the verdict ran out", async () => {
    const { engine, clock } = await start();
    engine().verdict = () => refusalVerdict("failing", { retryAfterMs: 3_000 });
    await ask({ dependency, idempotencyKey: "k" });
    clock.nowMs += 10_000;
    const other = await ask({ dependency, priority: 1, idempotencyKey: "k" });
    expect(other.statusCode).toBe(409);
    expect(other.json().code).toBe("ERR_CONFLICT");
  });

  it("answers a question that comes while the first is held with the first's answer", async () => {
    const { engine, coordinator } = await start();
    engine().verdict = () => refusalVerdict("failing", { retryAfterMs: 60_000 });
    const question = { dependency, waitMs: 20_000, idempotencyKey: "k" };
    const first = ask(question);
    await waitUntil(() => coordinator.clients.open === 1);
    const second = ask(question);
    await waitUntil(() => engine().consults.length === 1);
    engine().verdict = () => ({ ...GO, decisionId: "dec_9" });
    coordinator.tick();
    expect((await first).json().decisionId).toBe("dec_9");
    expect((await second).json().decisionId).toBe("dec_9");
    expect(engine().consults).toHaveLength(2);
  });

  it("keeps tenants' keys apart", async () => {
    await start({
      tokens: {
        one: { tenant: "one", scopes: ["read"] },
        two: { tenant: "two", scopes: ["read"] },
      },
    });
    const first = await ask({ dependency, idempotencyKey: "k" }, { authorization: "Bearer one" });
    const second = await ask(
      { dependency: "tool:b", idempotencyKey: "k" },
      { authorization: "Bearer two" },
    );
    expect([first.statusCode, second.statusCode]).toEqual([200, 200]);
  });
});

async function waitUntil(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setImmediate(resolve));
}
