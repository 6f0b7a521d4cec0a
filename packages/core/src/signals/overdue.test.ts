import { describe, expect, it } from "vitest";
import { DependencyCell } from "./dependency-cell.ts";
import { lookedAt, openRuns } from "./fixtures/open-work.ts";
import { Overdue } from "./overdue.ts";
import { Urgency } from "./urgency.ts";
import { RECORDER_LIMITS } from "./recorder-limits.ts";
import { SignalWindow } from "./signal-window.ts";

const SEARCH = "tool:search";
const LIMITS = { agents: 1, operations: 1, callers: 1 };

/** Of a dependency whose answers take as long as told; unknown where there were none. */
function cellOf(usualMs: number | undefined): DependencyCell {
  const cell = new DependencyCell({ dependency: SEARCH }, LIMITS);
  if (usualMs !== undefined)
    for (let answer = 0; answer < 5; answer += 1) cell.attemptEnded("ok", false, usualMs);
  cell.flush([], 1_000);
  return cell;
}

const of = (cell: DependencyCell) => (dependency: string) =>
  dependency === SEARCH ? cell : undefined;

describe("overdue", () => {
  it.each([
    [799, false],
    [800, true],
    [5_000, true],
  ])("is an attempt that is open for %i ms where 400 are usual: %s", (ageMs, isNews) => {
    const work = openRuns([SEARCH, 0]);
    expect(new Overdue().look(work, of(cellOf(400)), ageMs)).toBe(isNews);
  });

  it("is news once for each attempt, and again for a younger one", () => {
    const overdue = new Overdue();
    const cell = of(cellOf(400));
    const work = openRuns([SEARCH, 0]);
    expect(overdue.look(work, cell, 900)).toBe(true);
    expect(overdue.look(work, cell, 2_000)).toBe(false);
    const more = openRuns([SEARCH, 0], [SEARCH, 1_500]);
    expect(overdue.look(more, cell, 2_299)).toBe(false);
    expect(overdue.look(more, cell, 2_300)).toBe(true);
  });

  it("is none where nobody knows how long an answer takes", () => {
    expect(new Overdue().look(openRuns([SEARCH, 0]), of(cellOf(undefined)), 60_000)).toBe(false);
    expect(new Overdue().look(openRuns(["tool:new", 0]), of(cellOf(400)), 60_000)).toBe(false);
  });

  it("forgets what it told of a dependency that is measured no longer", () => {
    const overdue = new Overdue();
    const cell = of(cellOf(400));
    const work = openRuns([SEARCH, 0]);
    overdue.look(work, cell, 900);
    overdue.sweep(cell);
    expect(overdue.look(work, cell, 1_000)).toBe(false);
    overdue.sweep(() => undefined);
    expect(overdue.look(work, cell, 1_100)).toBe(true);
  });
});

describe("how often all that is open is looked through", () => {
  it("is once in 100 ms at the most, however often somebody asks", () => {
    const work = lookedAt(openRuns([SEARCH, 0]));
    const urgency = new Urgency();
    const window = new SignalWindow(RECORDER_LIMITS);
    urgency.taken(window, 0);
    for (let nowMs = 0; nowMs < 1_000; nowMs += 1) urgency.isUrgent(window, work, nowMs);
    // At 100 ms for the first time, since reports come no closer than that.
    expect(work.looks).toBe(9);
  });

  it("is never where the window has turned bad already", () => {
    const work = lookedAt(openRuns([SEARCH, 0]));
    const urgency = new Urgency();
    urgency.turned();
    expect(urgency.isUrgent(new SignalWindow(RECORDER_LIMITS), work, 500)).toBe(true);
    expect(work.looks).toBe(0);
  });
});
