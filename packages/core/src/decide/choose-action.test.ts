import { describe, expect, it } from "vitest";
import type { Detection } from "../detect/detection.ts";
import { chooseActions } from "./choose-action.ts";
import type { Situation } from "./choose-action.ts";
import type { Action } from "./decision.ts";
import { POLICY_DEFAULT } from "./policy.ts";
import type { DependencyPolicy } from "./policy.ts";

function firing(kind: Detection["kind"], agent?: string): Detection {
  return {
    id: `det_${kind}`,
    kind,
    tenant: "default",
    dependency: "tool:x",
    ...(agent === undefined ? {} : { agent }),
    state: "firing",
    startedAtMs: 0,
    firedAtMs: 0,
    resolvedAtMs: null,
    severity: 1,
    summary: `${kind}!`,
    evidence: {},
  };
}

function situation(
  change: Partial<Situation> = {},
  policy: Partial<DependencyPolicy> = {},
): Situation {
  return {
    tenant: "default",
    dependency: "tool:x",
    policy: { ...POLICY_DEFAULT.defaults, ...policy },
    nowMs: 0,
    detections: [],
    phase: "open",
    notBefore: undefined,
    isBinding: false,
    isLearnedBinding: false,
    isSilent: false,
    bound: undefined,
    ratePerSecond: undefined,
    isRejecting: false,
    ...change,
  };
}

const brief = (of: Situation): string[] =>
  chooseActions(of).map(({ action, scope }) =>
    `${action} ${scope.priority.from}-${scope.priority.to} ${scope.agent ?? ""}`.trim(),
  );

const withShed: readonly Action[] = ["proceed", "shape", "defer", "hold", "shed"];
const notBefore = { atMs: 5_000, spreadMs: 500, reason: "rate" } as const;

describe("the choice of an action", () => {
  it.each<[string, Situation, string[]]>([
    ["nothing is wrong", situation(), []],
    [
      "only the bound binds",
      situation({ isBinding: true, isLearnedBinding: true, bound: 9.7 }),
      ["shape 1-5"],
    ],
    ["a throttle named a time", situation({ notBefore }), ["shape 1-1", "defer 2-5"]],
    ["it is down", situation({ phase: "held" }), ["shape 1-1", "hold 2-5"]],
    [
      "it is down, nobody protected",
      situation({ phase: "held" }, { protectedPriority: 0 }),
      ["hold 1-5"],
    ],
    [
      "it is down, all protected",
      situation({ phase: "held" }, { protectedPriority: 5 }),
      ["shape 1-5"],
    ],
    [
      "it is down, hold forbidden",
      situation({ phase: "held" }, { actions: ["shape", "defer"] }),
      ["shape 1-1", "defer 2-5"],
    ],
    [
      "it is down, only shape allowed",
      situation({ phase: "held" }, { actions: ["shape"] }),
      ["shape 1-5"],
    ],
    [
      "it is down, shed allowed",
      situation({ phase: "held" }, { actions: withShed }),
      ["shape 1-1", "shed 5-5", "hold 2-4"],
    ],
    [
      "it is down, only shed allowed",
      situation({ phase: "held" }, { actions: ["shape", "shed"] }),
      ["shape 1-1", "shed 2-5"],
    ],
    ["nothing is allowed", situation({ phase: "held" }, { actions: ["proceed"] }), []],
    ["it comes back", situation({ phase: "ramping", isBinding: true, bound: 2 }), ["shape 1-5"]],
    [
      "one agent loops",
      situation({ detections: [firing("loop", "agent-7")] }),
      ["defer 1-5 agent-7"],
    ],
    [
      "one agent loops, hold allowed",
      situation({ detections: [firing("loop", "a")] }, { actions: ["hold"] }),
      ["hold 1-5 a"],
    ],
    ["the mode is observe", situation({ phase: "held" }, { mode: "observe" }), []],
  ])("when %s", (_, of, expected) => {
    expect(brief(of)).toEqual(expected);
  });

  it("never holds, defers or sheds a protected priority, whatever is allowed", () => {
    for (const phase of ["open", "held", "ramping"] as const) {
      for (const actions of [withShed, ["shed", "shape"], ["hold", "shape"], ["shape"]] as const) {
        const drafts = chooseActions(
          situation(
            { phase, notBefore, bound: 3, isBinding: true },
            { actions, protectedPriority: 2 },
          ),
        );
        const strict = drafts.filter(({ action }) => action !== "shape");
        expect(strict.every(({ scope }) => scope.priority.from > 2)).toBe(true);
      }
    }
  });

  it("takes retries away in a storm while the bound binds, and limits fan-out in trouble", () => {
    const [draft] = chooseActions(
      situation(
        { detections: [firing("retry_storm")], isBinding: true, bound: 9 },
        { fanOutMax: 3 },
      ),
    );
    expect(draft).toMatchObject({
      action: "shape",
      shape: { concurrency: 9, retries: 0, fanOut: 3 },
      reason: { code: "retry_storm", summary: "retry_storm!", detections: ["det_retry_storm"] },
    });
  });

  it("leaves retries in a storm where nobody need wait: there is room for them", () => {
    const storm = { detections: [firing("retry_storm")] };
    expect(brief(situation(storm))).toEqual([]);
    const [draft] = chooseActions(situation(storm, { fanOutMax: 3 }));
    expect(draft?.shape).toEqual({ fanOut: 3 });
  });

  it("takes no retries away for the bound alone", () => {
    const [draft] = chooseActions(situation({ isBinding: true, bound: 9 }));
    expect(draft?.shape).toEqual({ concurrency: 9 });
  });

  it("takes them away while it comes back, storm or not", () => {
    const [draft] = chooseActions(situation({ phase: "ramping", isBinding: true, bound: 2 }));
    expect(draft?.shape).toEqual({ concurrency: 2, retries: 0 });
  });

  it("says why: a limit, the bound, a throttle, the ramp", () => {
    const code = (
      change: Partial<Situation>,
      policy: Partial<DependencyPolicy> = {},
    ): string | undefined =>
      chooseActions(situation({ bound: 4, isBinding: true, ...change }, policy))[0]?.reason.code;
    expect(code({}, { concurrencyMax: 4 })).toBe("limit");
    expect(code({ isLearnedBinding: true })).toBe("standing_bound");
    expect(code({ isLearnedBinding: true, isRejecting: true })).toBe("throttled");
    expect(code({ phase: "ramping" })).toBe("ramp");
  });

  it("says of the learned bound whether answers are slow or nobody has any", () => {
    const summary = (isSilent: boolean): string | undefined =>
      chooseActions(situation({ bound: 4, isBinding: true, isLearnedBinding: true, isSilent }))[0]
        ?.reason.summary;
    expect(summary(false)).toMatch(/slower than usual/u);
    expect(summary(true)).toMatch(/nobody is answered: the fleet tries with 4/u);
  });

  it("always leaves at least one attempt in a shape", () => {
    expect(chooseActions(situation({ isBinding: true, bound: 0.3 }))[0]?.shape?.concurrency).toBe(
      1,
    );
  });
});
