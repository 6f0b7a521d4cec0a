import { POLICY_DEFAULT } from "@headway/core";
import type { Policy } from "@headway/core";
import type { FinishedSpanView } from "@headway/core/signals";
import { Value } from "typebox/value";
import { describe, expect, it } from "vitest";
import { CONFIG_DEFAULT } from "../config/config.ts";
import { DRIFT, driftSpans } from "./fixtures/drift.ts";
import { printReport } from "./print-report.ts";
import { replay } from "./replay.ts";
import type { ReplayInput } from "./replay.ts";
import { ReplayReportSchema } from "./replay-report.ts";
import type { ReplayReport } from "./replay-report.ts";
import { spanArrivals } from "./span-arrivals.ts";

const ENFORCED: Policy = {
  ...POLICY_DEFAULT,
  version: "sha256:enforced",
  defaults: { ...POLICY_DEFAULT.defaults, mode: "enforce", protectedPriority: 0 },
};
const OBSERVED: Policy = {
  ...POLICY_DEFAULT,
  version: "sha256:observed",
  defaults: { ...POLICY_DEFAULT.defaults, mode: "observe" },
};

function replayed(
  spans: readonly FinishedSpanView[],
  options: Partial<ReplayInput> = {},
): ReplayReport {
  const { settleMs, tickMs, limits } = CONFIG_DEFAULT;
  return replay({
    files: ["traces.jsonl"],
    arrivals: { ...spanArrivals(spans, false), tickMs: undefined, settleMs: undefined },
    rejected: 0,
    notes: [],
    policies: [{ name: "headway.yaml", policy: ENFORCED }],
    via: "traces",
    fromMs: undefined,
    tickMs,
    settleMs,
    limits,
    ...options,
  });
}

const drift = driftSpans();
const attemptsIn = drift.filter(({ name }) => name.startsWith("execute_tool"));
const driftAtMs = DRIFT.startMs + DRIFT.healthyMs;

describe("a replay of a drift", () => {
  const report = replayed(drift);
  const [outcome] = report.policies;
  const [episode] = outcome!.episodes;

  it("notices it before the first failure, and not before it began", () => {
    expect(outcome?.episodes).toHaveLength(1);
    expect(episode?.dependency).toBe("tool:idp_lookup");
    const firstMs = Math.min(
      ...attemptsIn.filter(({ failed }) => failed).map((span) => span.startMs + span.durationMs),
    );
    expect(Date.parse(episode!.firstFailureAt!)).toBe(firstMs);
    expect(Date.parse(episode!.noticedAt)).toBeGreaterThan(driftAtMs);
    expect(episode!.leadSeconds).toBeGreaterThan(0);
    expect(episode!.leadSeconds).toBeCloseTo((firstMs - Date.parse(episode!.noticedAt)) / 1_000, 3);
  });

  it("counts what a naive recount of the spans counts", () => {
    const { total, dependencies, decisions } = outcome!;
    // Of each call's four ids the fourth is its second attempt's.
    const retries = attemptsIn.filter(({ spanId }) => /[37bf]$/.test(spanId));
    expect(total.attempts).toBe(attemptsIn.length);
    expect(total.calls).toBe(attemptsIn.length - retries.length);
    expect(total.failed).toBe(attemptsIn.filter(({ failed }) => failed).length);
    expect(total.priorities).toEqual([
      { priority: 3, calls: total.calls, heldBack: total.heldBack.calls },
    ]);
    const spansOf = decisions.map(({ from, to }) => [
      Date.parse(from),
      to === null ? Number.POSITIVE_INFINITY : Date.parse(to),
    ]);
    const under = attemptsIn.filter(({ startMs }) =>
      spansOf.some(([from, to]) => from! <= startMs && startMs < to!),
    );
    const isCall = (span: FinishedSpanView): boolean => !retries.includes(span);
    const said = total.callsUnder;
    expect(said.shape + said.hold + said.defer + said.shed).toBe(under.filter(isCall).length);
    expect(total.saved.failedWhileInForce).toBe(under.filter(({ failed }) => failed).length);
    const early = attemptsIn
      .filter(
        (span) =>
          !span.failed && span.startMs + span.durationMs < Date.parse(episode!.beganAt) - 10_000,
      )
      .map(({ durationMs }) => durationMs)
      .toSorted((a, b) => a - b);
    const usual = early[Math.ceil(early.length * 0.95) - 1]!;
    expect(dependencies[0]?.usualSeconds).toBeCloseTo(usual / 1_000, 3);
  });

  it("parts what it held back into good, slow, failed and given up, with nothing left over", () => {
    const { heldBack, falseHoldShare, saved } = outcome!.total;
    expect(heldBack.attempts).toBeGreaterThan(50);
    expect(heldBack.calls + heldBack.retries).toBe(heldBack.attempts);
    expect(heldBack.good + heldBack.slow + heldBack.failed + heldBack.cancelled).toBe(
      heldBack.attempts,
    );
    expect(falseHoldShare).toBeCloseTo(heldBack.good / heldBack.attempts, 4);
    expect(saved.attempts).toBe(heldBack.failed);
    expect(saved.attempts).toBeLessThanOrEqual(saved.failedWhileInForce);
    // Each of them ran into the time-out.
    expect(saved.agentSeconds).toBeCloseTo((saved.attempts * DRIFT.timeoutMs) / 1_000, 0);
  });

  it("is the same to the byte each time, in whatever order the spans stand", () => {
    const text = JSON.stringify(report);
    expect(JSON.stringify(replayed(drift))).toBe(text);
    expect(JSON.stringify(replayed(drift.toReversed()))).toBe(text);
  });

  it("fits its schema", () => {
    expect([...Value.Errors(ReplayReportSchema, report)]).toEqual([]);
  });

  it("is told in lines that hold no control character, whatever a span is called", () => {
    const named = drift.map((span) =>
      "gen_ai.tool.name" in span.attributes
        ? { ...span, attributes: { ...span.attributes, "gen_ai.tool.name": "idp\u001b[31m\n" } }
        : span,
    );
    const lines = printReport(replayed(named));
    expect(lines.join("")).not.toMatch(/\p{Cc}/u);
    expect(lines.join("")).toContain("tool:idp");
  });

  it("says when nobody may decide", () => {
    const [observed] = replayed(drift, {
      policies: [{ name: "observe.yaml", policy: OBSERVED }],
    }).policies;
    expect(observed?.decisions).toEqual([]);
    expect(observed?.enforced).toBe(false);
    expect(observed?.total.heldBack.attempts).toBe(0);
    expect(observed?.total.heldBackShare).toBe(0);
    expect(observed?.episodes).toHaveLength(1);
  });

  it("compares two policies side by side, each as if it were alone", () => {
    const both = replayed(drift, {
      policies: [
        { name: "a.yaml", policy: ENFORCED },
        { name: "b.yaml", policy: OBSERVED },
      ],
    });
    const alone = { ...outcome!, policy: "a.yaml" };
    expect(both.policies[0]).toEqual(alone);
    const lines = printReport(both);
    const row = lines.find((line) => line.includes("failed attempts saved"));
    expect(row).toMatch(new RegExp(`${outcome!.total.saved.attempts}\\s+0$`));
  });

  it("counts from a time on, and learns from what is before", () => {
    const late = replayed(drift, { fromMs: driftAtMs });
    const [counted] = late.policies;
    expect(counted?.episodes).toEqual(outcome?.episodes);
    const begun = attemptsIn.filter(({ startMs }) => startMs >= driftAtMs).length;
    expect(counted?.total.attempts).toBe(begun);
    expect(counted?.total.heldBack).toEqual(outcome?.total.heldBack);
    const afterAll = replayed(drift, { fromMs: driftAtMs + DRIFT.driftMs * 2 });
    expect(afterAll.policies[0]?.episodes).toEqual([]);
    expect(afterAll.policies[0]?.total.calls).toBe(0);
  });
});

describe("a replay of calm", () => {
  it("notices nothing, and holds nothing back", () => {
    const calm = driftSpans({ slowdown: 1, healthyMs: 60_000, driftMs: 1_000 });
    const [outcome] = replayed(calm).policies;
    expect(outcome?.episodes).toEqual([]);
    expect(outcome?.decisions).toEqual([]);
    expect(printReport(replayed(calm)).join("\n")).toContain(
      "nothing: no dependency was in trouble",
    );
  });

  it("does not take a pause of days for one of minutes: time jumps, and all is let go of", () => {
    const day = 24 * 3_600_000;
    const [short, long] = [1, 30].map((days) => {
      const later = driftSpans({ startMs: DRIFT.startMs + days * day, slowdown: 1 });
      return replayed([...drift, ...later]).policies[0]!;
    });
    expect(long!.ticks).toBe(short!.ticks);
    expect(long!.ticks).toBeLessThan(400);
    expect(long!.decisions.every(({ to }) => to !== null)).toBe(true);
  });
});

describe("seen through the span processor", () => {
  it("a drift is noticed sooner than through traces", () => {
    const traces = replayed(drift).policies[0]!.episodes[0]!;
    const report = replayed(drift, { via: "processor" });
    const [processor] = report.policies[0]!.episodes;
    expect(Date.parse(processor!.noticedAt)).toBeLessThan(Date.parse(traces.noticedAt));
    expect(Date.parse(processor!.noticedAt)).toBeGreaterThan(driftAtMs);
    expect(report.recording.order).toBe("processor");
    expect(report.policies[0]!.total.attempts).toBe(attemptsIn.length);
  });

  it("calls that hang are seen before any of them ends", () => {
    const hanging = driftSpans({ slowdown: 1 }).map((span) =>
      span.startMs < driftAtMs ? span : { ...span, durationMs: 60_000 },
    );
    const endMs = Math.min(
      ...hanging.filter(({ startMs }) => startMs >= driftAtMs).map((span) => span.startMs + 60_000),
    );
    const [seen] = replayed(hanging, { via: "processor" }).policies[0]!.episodes;
    expect(Date.parse(seen!.noticedAt)).toBeLessThan(endMs - 50_000);
    const [late] = replayed(hanging).policies[0]!.episodes;
    expect(late === undefined || Date.parse(late.noticedAt) >= endMs).toBe(true);
  });
});
