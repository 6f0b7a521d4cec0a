import { describe, expect, it } from "vitest";
import type { Outcome } from "../signals/outcome.ts";
import { DETECTION_RULES } from "../detect/detection-rules.ts";
import type { Engine } from "./engine.ts";
import { connected, engineOf, healthy, START } from "./fixtures/engines.ts";
import { reportOf } from "./fixtures/reports.ts";

interface Repeats {
  readonly outcome: Outcome;
  readonly digest?: true;
  readonly cycles: number;
}

function tell(engine: Engine, nowMs: number, repeats: Repeats | undefined): void {
  for (const instance of ["a", "b"]) {
    const report = reportOf(instance, healthy);
    const attributes = { dependency: "tool:x", agent: "looper" };
    const { cycles = 0, ...rest } = repeats ?? {};
    const signal = "headway.repeat.length";
    const points =
      cycles === 0
        ? []
        : [{ signal, attributes: { ...attributes, ...rest }, value: cycles } as const];
    engine.ingest({ ...report, points: [...report.points, ...points] }, nowMs - 10);
  }
  engine.tick(nowMs);
}

const ofLoops = (engine: Engine) =>
  engine.decisions().filter(({ reason }) => reason.code === "loop");

describe("the decision about a loop", () => {
  it.each([
    ["fails", { outcome: "error", cycles: 5 }, 1],
    ["works, with the same arguments", { outcome: "ok", digest: true, cycles: 5 }, 1],
    ["works, as pollers do", { outcome: "ok", cycles: 5_000 }, 0],
  ] as const)("about an agent whose every call %s", (_, repeats, count) => {
    const engine = connected(engineOf());
    for (let second = 1; second <= 10; second += 1)
      tell(engine, START + second * 1_000, { ...repeats, cycles: repeats.cycles + second });
    expect(ofLoops(engine)).toHaveLength(count);
    for (const { scope, action } of ofLoops(engine)) {
      expect(scope).toMatchObject({ dependency: "tool:x", agent: "looper" });
      expect(action).toBe("defer");
    }
  });

  it.each([
    ["others go on", (engine: Engine, nowMs: number) => tell(engine, nowMs, undefined)],
    ["nobody else calls", (engine: Engine, nowMs: number) => void engine.tick(nowMs)],
  ])("ends though the agent, held back, shows nothing, where %s", (_, pass) => {
    const engine = connected(engineOf());
    for (let second = 1; second <= 5; second += 1)
      tell(engine, START + second * 1_000, { outcome: "error", cycles: 5 + second });
    expect(ofLoops(engine)).toHaveLength(1);
    const { keepFiringForMs } = DETECTION_RULES.loop;
    const endsMs = START + 6_000 + keepFiringForMs;
    for (let nowMs = START + 6_000; nowMs < endsMs; nowMs += 1_000) pass(engine, nowMs);
    expect(ofLoops(engine)).toHaveLength(1);
    for (let nowMs = endsMs; nowMs < endsMs + 2_000; nowMs += 1_000) pass(engine, nowMs);
    expect(ofLoops(engine)).toEqual([]);
    expect(
      engine.detections().filter(({ kind, state }) => kind === "loop" && state !== "resolved"),
    ).toEqual([]);
    // It goes on: it is found again.
    tell(engine, endsMs + 3_000, { outcome: "error", cycles: 5 });
    expect(ofLoops(engine)).toHaveLength(1);
  });
});
