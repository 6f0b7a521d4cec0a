import { describe, expect, it } from "vitest";
import { planArrivals } from "../agents/arrivals.ts";
import type { WorkflowRecord } from "../messages.ts";
import { scenario } from "../scenario.ts";
import { bars } from "./bars.ts";
import { conservationFaults } from "./conservation.ts";
import { attempt, runRecord, workflow } from "./fixture.ts";
import { summarise } from "./summary.ts";
import type { RunSummary } from "./summary.ts";

const IN_FAULT_MS = 40_000;

describe("summarise", () => {
  it("counts a workflow in the phase in which it came, and in time only if it was done", () => {
    const { inTime } = summarise(
      runRecord({
        workflows: [
          workflow({ id: "a", arrivedMs: IN_FAULT_MS, deadlineMs: 60_000, endedMs: 59_000 }),
          workflow({
            id: "b",
            arrivedMs: IN_FAULT_MS,
            deadlineMs: 60_000,
            endedMs: 60_000,
            end: "failed",
            cause: "deadline",
          }),
          workflow({
            id: "c",
            arrivedMs: IN_FAULT_MS,
            deadlineMs: 60_000,
            endedMs: 60_000,
            end: "held",
          }),
          workflow({ id: "d", priority: 5 }),
        ],
      }),
    );
    expect(inTime.fault.person).toEqual({ arrived: 3, inTime: 1 });
    expect(inTime.healthy.rescreening).toEqual({ arrived: 1, inTime: 1 });
  });

  it("counts a failure with its whole deadline, so that failing fast does not look fast", () => {
    const failedFast = workflow({
      arrivedMs: IN_FAULT_MS,
      deadlineMs: 60_000,
      endedMs: IN_FAULT_MS + 10,
      end: "failed",
      cause: "locked",
    });
    expect(summarise(runRecord({ workflows: [failedFast] })).personMs.p99).toBe(20_000);
  });

  it("calls an attempt wasted unless it was answered in time", () => {
    const outcomes = ["ok", "timeout", "locked", "full", "deadline"] as const;
    const attempts = outcomes.map((outcome) => attempt({ outcome }));
    const summary = summarise(runRecord({ attempts, workflows: [workflow({ calls: 2 })] }));
    expect(summary.attemptsWasted).toBe(4);
    expect(summary.attemptsPerCall).toBe(2.5);
  });

  it("looks for waits in the healthy phase alone", () => {
    const admissions = [
      { atMs: 1_000, waitMs: 0.5, cpuMs: 0.2 },
      { atMs: IN_FAULT_MS, waitMs: 900, cpuMs: 3 },
    ];
    const { healthyWait } = summarise(runRecord({ admissions, holds: admissions }));
    expect(healthyWait).toEqual({ heldMsMax: 0.5, cpuMsMax: 0.2, askedMsP999: 0.5 });
  });
});

describe("conservationFaults", () => {
  const [first, second] = planArrivals(scenario({ seed: 1, short: false }), 0);
  const planned = [first!, second!];
  const ended = planned.map(({ id }) => workflow({ id }));

  it("is content where each that came ended once", () => {
    expect(conservationFaults(runRecord({ planned, workflows: ended }))).toEqual([]);
  });

  it.each<[string, readonly WorkflowRecord[]]>([
    ["was lost", [ended[0]!]],
    ["ended twice", [...ended, ended[0]!]],
    ["never came", [...ended, workflow({ id: "9-9" })]],
    ["failed without a cause", [ended[0]!, { ...ended[1]!, end: "failed" as const }]],
  ])("tells of one that %s", (_, workflows) => {
    expect(conservationFaults(runRecord({ planned, workflows }))).toHaveLength(1);
  });
});

describe("bars", () => {
  const measured = summarise(
    runRecord({
      attempts: [
        ...Array.from({ length: 50 }, (_, second) => attempt({ endMs: second * 500 })),
        ...Array.from({ length: 60 }, (_, second) => attempt({ endMs: 60_000 + second * 500 })),
      ],
      workflows: [workflow({ arrivedMs: IN_FAULT_MS, deadlineMs: 60_000, endedMs: 50_000 })],
    }),
  );
  const good = { ...measured, conservationFaults: [] };
  const bad = { ...good, attemptsWasted: 100, lockouts: 8, recoveryMs: Infinity };
  const none = { person: { arrived: 1, inTime: 0 }, rescreening: { arrived: 0, inTime: 0 } };
  const failed = { ...bad, inTime: { ...bad.inTime, fault: none } };

  it("are all met by a fleet that holds back where the other collapses", () => {
    expect(bars([{ without: failed, with: good }]).filter((bar) => !bar.isMet)).toEqual([]);
  });

  it("are missed one by one", () => {
    const missed = (part: Partial<RunSummary>): number =>
      bars([{ without: failed, with: { ...good, ...part } }]).filter((bar) => !bar.isMet).length;
    expect(missed({ attemptsWasted: 11 })).toBe(1);
    expect(missed({ lockouts: 1 })).toBe(1);
    expect(missed({ recoveryMs: 5_001 })).toBe(1);
    expect(missed({ healthyWait: { heldMsMax: 5.1, cpuMsMax: 0, askedMsP999: 0 } })).toBe(1);
    expect(missed({ healthyWait: { heldMsMax: 0, cpuMsMax: 5.1, askedMsP999: 0 } })).toBe(1);
    expect(missed({ healthyWait: { heldMsMax: 0, cpuMsMax: 0, askedMsP999: 9 } })).toBe(0);
    expect(missed({ conservationFaults: ["lost"] })).toBe(1);
    expect(missed({ inTime: failed.inTime })).toBe(1);
  });
});
