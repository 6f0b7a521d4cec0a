import { afterEach, describe, expect, it, vi } from "vitest";
import { callContext } from "./call-context.ts";
import { createHeadway } from "./create-headway.ts";
import { decision, lease, shape } from "./fixtures/decisions.ts";
import { CALL, closeScenes, counts, open, scene, Turnstile } from "./fixtures/hook-scene.ts";
import { ManualClock, settle } from "./fixtures/manual-clock.ts";
import { StreamFetch } from "./fixtures/stream-fetch.ts";
import type { Headway } from "./headway.ts";
import { NotNow } from "./not-now.ts";
import type { Classification } from "./outcome/classification.ts";
import { SIGNAL_SOURCE } from "./signal-source.ts";

afterEach(closeScenes);

describe("run", () => {
  it("gives what the call gives, and throws what it throws", async () => {
    const { headway } = await scene([]);
    const thrown = new Error("its own");
    expect(await headway.run(CALL, () => 1)).toBe(1);
    expect(await headway.run(CALL, async () => 2)).toBe(2);
    await expect(headway.run(CALL, () => Promise.reject(thrown))).rejects.toBe(thrown);
    await expect(
      headway.run(CALL, () => {
        throw thrown;
      }),
    ).rejects.toBe(thrown);
  });

  it("frees its place however the call ends", async () => {
    const { headway } = await scene([shape()], [lease({ amount: 1 })]);
    const fail = (): never => {
      throw new Error("sync");
    };
    await expect(headway.run(CALL, fail)).rejects.toThrow("sync");
    await expect(headway.run(CALL, () => Promise.reject(new Error("async")))).rejects.toThrow(
      "async",
    );
    expect(await headway.run({ ...CALL, waitMs: 0 }, () => "in")).toBe("in");
  });

  it("needs one place, not two, for a call inside a call of the same dependency", async () => {
    const { headway } = await scene([shape()], [lease({ amount: 1 })]);
    const inner = (): Promise<string> => headway.run({ ...CALL, waitMs: 0 }, () => "inner");
    expect(await headway.run(CALL, inner)).toBe("inner");
  });

  it("gives what the call gave, and frees its place, where looking at that throws", async () => {
    const { headway } = await scene([shape()], [lease({ amount: 1 })]);
    const thrower = (): object =>
      new Proxy(
        {},
        {
          get: (_, key) => {
            if (key === "then" || key === "constructor") return undefined;
            throw new Error(`read ${String(key)}`);
          },
        },
      );
    const [value, error] = [thrower(), thrower()];
    const got = await headway.run(CALL, () => ({ value }));
    expect(got.value).toBe(value);
    await headway.run(CALL, () => value).then((result) => expect(result === value).toBe(true));
    // oxlint-disable-next-line no-throw-literal, prefer-promise-reject-errors -- Applications do.
    const caught = await headway
      .run(CALL, () => Promise.reject(error))
      .catch((what: unknown) => what);
    expect(caught === error).toBe(true);
    expect(await headway.run({ ...CALL, waitMs: 0 }, () => "free")).toBe("free");
  });

  it("counts an attempt once, and a refusal as none of the dependency's", async () => {
    const { headway, clock } = await scene([decision({ action: "shed" })]);
    await headway.run({ dependency: "tool:y" }, () => 1);
    await headway.run(CALL, () => 1).catch(() => {});
    expect(counts(headway, clock, "headway.attempt.duration")).toBe(1);
  });

  it("says what was applied", async () => {
    const { headway, clock } = await scene([decision({ action: "shed" })]);
    await headway.run(CALL, () => 1).catch(() => {});
    expect(counts(headway, clock, "headway.decision.applied")).toBe(1);
  });

  it("says so too where a standing bound, and no decision, held it back", async () => {
    const { headway, clock } = await scene([], [lease({ amount: 0, safe: 0 })]);
    await headway.run({ ...CALL, waitMs: 0 }, () => 1).catch(() => {});
    expect(counts(headway, clock, "headway.decision.applied")).toBe(1);
    await headway.run({ dependency: "tool:y" }, () => 1);
    expect(counts(headway, clock, "headway.decision.applied")).toBe(0);
  });

  it("survives a classifier that throws", async () => {
    const { headway } = await scene([]);
    const classify = (): never => {
      throw new Error("classifier");
    };
    expect(await headway.run({ ...CALL, classify }, () => 1)).toBe(1);
  });
});

describe("tryRun", () => {
  it("returns the refusal", async () => {
    const { headway } = await scene([decision({ action: "shed" })]);
    const tried = await headway.tryRun(CALL, () => 1);
    expect(tried).toMatchObject({ admitted: false, decision: { action: "shed" } });
  });

  it("does not take a refusal of something that the call calls for its own", async () => {
    const { headway } = await scene([decision({ action: "shed" })]);
    const inner = () => headway.run(CALL, () => 1);
    await expect(headway.tryRun({ dependency: "tool:y" }, inner)).rejects.toBeInstanceOf(NotNow);
  });
});

describe("map", () => {
  it("keeps the order of the items, whatever order the calls end in", async () => {
    const { headway, clock } = await scene([]);
    const mapped = headway.map([30, 10, 20], CALL, async (ms) => {
      await new Promise<void>((resolve) => clock.schedule(resolve, ms));
      return ms;
    });
    await clock.advance(30);
    expect(await mapped).toEqual([30, 10, 20]);
  });

  it("opens no more calls than the decision allows one parent", async () => {
    const { headway } = await scene([shape({ shape: { fanOut: 3 } })]);
    const gate = new Turnstile();
    const mapped = headway.map(Array.from({ length: 10 }), CALL, () => gate.pass());
    await settle();
    expect(gate.now).toBe(3);
    for (let done = 0; done < 10; done += 1) await gate.letOne();
    await mapped;
    expect(gate.most).toBe(3);
  });

  it("opens no more than this process' lease, so that a long list can't fill the queue", async () => {
    const { headway } = await scene([shape()], [lease({ amount: 2 })]);
    const gate = new Turnstile();
    const mapped = headway.map(Array.from({ length: 2_000 }), CALL, () => gate.pass());
    await settle();
    expect(gate.now).toBe(2);
    for (let done = 0; done < 2_000; done += 1) await gate.letOne();
    expect(await mapped).toHaveLength(2_000);
  });

  it("starts nothing more after a failure", async () => {
    const { headway } = await scene([]);
    let started = 0;
    const mapped = headway.map([1, 2, 3, 4], { ...CALL, concurrency: 1 }, () => {
      started += 1;
      if (started === 2) throw new Error("second");
    });
    await expect(mapped).rejects.toThrow("second");
    expect(started).toBe(2);
  });

  it("is done at once with nothing to do, and stops when aborted", async () => {
    const { headway } = await scene([]);
    expect(await headway.map([], CALL, () => 1)).toEqual([]);
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(headway.map([1], { ...CALL, signal }, () => 1)).rejects.toThrow("enough");
  });
});

describe("retry", () => {
  const flaky = (attempt: number): string => {
    if (attempt < 3) throw Object.assign(new Error("flaky"), { status: 500 });
    return "done";
  };

  it("makes several attempts one call", async () => {
    const { headway, clock } = await scene([]);
    const call = headway.retry(CALL, flaky);
    await clock.advance(500);
    expect(await call).toBe("done");
    const { points } = headway[SIGNAL_SOURCE].recorder.take(clock.nowMs);
    const count = (signal: string): number =>
      points
        .filter((point) => point.signal === signal)
        .reduce((sum, { value }) => sum + (typeof value === "number" ? value : value.count), 0);
    expect(count("headway.attempt.duration")).toBe(3);
    expect(count("headway.call.duration")).toBe(1);
  });

  it("does not keep its caller for as long as a server says", async () => {
    const { headway, clock } = await scene([]);
    const told = new Response(null, { status: 429, headers: { "retry-after": "3600" } });
    const classify = (): Classification => ({ outcome: "throttled", retryAfterMs: Infinity });
    const timers = clock.timerCount;
    expect(await headway.retry(CALL, () => told)).toBe(told);
    expect(clock.timerCount).toBe(timers);
    await headway.retry({ dependency: "tool:y", classify, attemptsMax: 1 }, () => 1);
    const other = headway.retry({ dependency: "tool:y" }, flaky);
    await clock.advance(1_000);
    expect(await other).toBe("done");
  });

  it("makes no retry that the fleet's decision does not allow", async () => {
    const { headway, clock } = await scene([shape({ shape: { retries: 0 } })]);
    let attempts = 0;
    const call = headway.retry(CALL, () => {
      attempts += 1;
      return flaky(1);
    });
    const settled = call.catch((error: unknown) => error);
    await clock.advance(1_000);
    expect(await settled).toMatchObject({ message: "flaky" });
    expect(attempts).toBe(1);
  });

  it("sends each attempt through the gate, and passes its refusal on", async () => {
    const { headway, clock, stream } = await scene([]);
    const gate = new Turnstile();
    const call = headway.retry({ ...CALL, waitMs: 0 }, async (attempt) => {
      await gate.pass();
      return flaky(attempt);
    });
    const settled = call.catch((error: unknown) => error);
    await stream.say([decision()]);
    await gate.letOne();
    await clock.advance(500);
    expect(await settled).toBeInstanceOf(NotNow);
    expect(gate.most).toBe(1);
  });

  it("tries a throttled response again, and gives the last one as it is", async () => {
    const { headway, clock } = await scene([]);
    let attempts = 0;
    const call = headway.retry(CALL, () => {
      attempts += 1;
      return new Response(null, { status: 429 });
    });
    await clock.advance(60_000);
    expect((await call).status).toBe(429);
    expect(attempts).toBe(3);
  });
});

describe("options that are no numbers", () => {
  it.each<[string, (headway: Headway) => Promise<unknown>]>([
    ["map's concurrency", (headway) => headway.map([1], { ...CALL, concurrency: NaN }, () => 1)],
    ["a concurrency of none", (headway) => headway.map([1], { ...CALL, concurrency: 0 }, () => 1)],
    ["retry's attemptsMax", (headway) => headway.retry({ ...CALL, attemptsMax: NaN }, () => 1)],
    ["retry's deadlineMs", (headway) => headway.retry({ ...CALL, deadlineMs: NaN }, () => 1)],
    ["a held call's waitMs", (headway) => headway.run({ ...CALL, waitMs: NaN }, () => 1)],
    ["a held call's deadlineMs", (headway) => headway.run({ ...CALL, deadlineMs: NaN }, () => 1)],
  ])("are refused: %s", async (_, call) => {
    const { headway } = await scene([decision()]);
    await expect(call(headway)).rejects.toMatchObject({ code: "ERR_CONFIG_RANGE" });
  });

  it("but what a caller has left may have run out", async () => {
    const { headway } = await scene([decision()]);
    const late = headway.run({ ...CALL, deadlineMs: -5 }, () => 1);
    await expect(late).rejects.toMatchObject({ because: "deadline" });
  });
});

describe("what calls inherit", () => {
  it("is the agent, the workflow and the priority around them", async () => {
    const low = { tenant: "t", dependency: "tool:x", priority: { from: 4, to: 5 } } as const;
    const { headway } = await scene([decision({ scope: low })]);
    expect(headway.check("tool:x").action).toBe("proceed");
    headway.withContext({ priority: 5, agent: "a" }, () => {
      expect(headway.check("tool:x").action).toBe("hold");
      expect(headway.check("tool:x", { priority: 1 }).action).toBe("proceed");
      headway.withContext({ workflow: "w" }, () => {
        expect(callContext()).toMatchObject({ agent: "a", workflow: "w", priority: 5 });
      });
    });
  });

  it("is the run that they are in", async () => {
    const { headway } = await scene([]);
    const source = headway[SIGNAL_SOURCE];
    expect(source.currentRun()).toBeUndefined();
    const inside = await headway.run(CALL, async () => {
      await settle();
      return source.currentRun();
    });
    expect(inside?.startMs).toBe(1_000_000);
  });

  it("limits a decision about one agent to that agent", async () => {
    const scope = {
      tenant: "t",
      dependency: "tool:x",
      agent: "me",
      priority: { from: 1, to: 5 },
    } as const;
    const { headway } = await scene([decision({ scope })]);
    expect(headway.check("tool:x").action).toBe("hold");
    expect(headway.check("tool:x", { agent: "other" }).action).toBe("proceed");
  });
});

describe("check", () => {
  it("says defer where the places of a shape are taken", async () => {
    const { headway } = await scene([shape()], [lease({ amount: 1 })]);
    expect(headway.check("tool:x")).toMatchObject({ action: "shape", retryAfterMs: 0 });
    const gate = new Turnstile();
    void headway.run(CALL, () => gate.pass());
    await settle();
    expect(headway.check("tool:x").action).toBe("defer");
    expect(headway.check("tool:x").retryAfterMs).toBeGreaterThan(0);
    await gate.letOne();
    expect(headway.check("tool:x").action).toBe("shape");
  });
});

describe("events", () => {
  it("tell of each decision once, and of its end", async () => {
    const { headway, stream } = await scene([]);
    const said: string[] = [];
    const stop = headway.on("decision", ({ decision: { id }, state }) =>
      said.push(`${id} ${state}`),
    );
    await stream.say([decision()]);
    await stream.say([decision()]);
    await stream.say([decision({ version: 2 })]);
    await stream.say([]);
    expect(said).toEqual(["dec_1 issued", "dec_1 issued", "dec_1 ended"]);
    stop();
    await stream.say([decision()]);
    expect(said).toHaveLength(3);
  });

  it("are told to the others where one listener throws", async () => {
    const { headway, stream } = await scene([]);
    const said: string[] = [];
    const warned = vi.spyOn(process, "emitWarning").mockReturnValue();
    headway.on("decision", () => {
      throw new Error("listener");
    });
    headway.on("decision", () => said.push("told"));
    await stream.say([decision()]);
    expect(said).toEqual(["told"]);
    await settle();
    expect(warned).toHaveBeenCalledWith(expect.any(Error), { code: "HEADWAY_LISTENER" });
    warned.mockRestore();
    expect(headway.check("tool:x").action).toBe("hold");
  });
});

it("lets everybody go when it is closed, by hand or by await using", async () => {
  const { headway } = await scene([decision()]);
  const held = headway.run(CALL, () => "went");
  await settle();
  const second = (await scene([decision()])).headway;
  {
    await using using = second;
    expect(using.check("tool:x").action).toBe("hold");
  }
  expect(second.check("tool:x").action).toBe("proceed");
  await headway.close();
  await headway.close();
  expect(await held).toBe("went");
});

it("goes on unguarded with a dependency too many", async () => {
  const clock = new ManualClock();
  const stream = new StreamFetch(clock);
  const headway = createHeadway({
    url: "http://x.example",
    clock,
    fetch: stream.fetch,
    dependenciesMax: 1,
  });
  open.push(headway);
  await stream.say([decision()]);
  expect(headway.check("tool:x").action).toBe("hold");
  expect(await headway.run({ dependency: "tool:y" }, () => 1)).toBe(1);
  const { points } = headway[SIGNAL_SOURCE].recorder.take(clock.nowMs);
  const dropped = points.filter(({ signal }) => signal === "headway.signal.dropped");
  expect(dropped.map(({ attributes, value }) => [attributes.reason, value])).toContainEqual([
    "decision_table",
    1,
  ]);
});

it("tracks no more than it is told to", async () => {
  const headway = createHeadway({ dependenciesMax: 2, limits: { agentsPerDependency: 1 } });
  open.push(headway);
  for (const dependency of ["tool:x", "tool:y", "tool:z"]) {
    for (const agent of ["a", "b"]) await headway.run({ dependency, agent }, () => 1);
  }
  const { points } = headway[SIGNAL_SOURCE].recorder.take(Date.now());
  const values = (signal: string, name: "agent" | "dependency"): unknown[] => [
    ...new Set(points.filter((point) => point.signal === signal).map((p) => p.attributes[name])),
  ];
  expect(values("headway.attempt.duration", "dependency")).toEqual(["tool:x", "tool:y", undefined]);
  expect(values("headway.agent.attempts", "agent")).toEqual(["a", undefined]);
});
