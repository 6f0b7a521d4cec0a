import { listed, moment, percent } from "./print-words.ts";
import type { PolicyOutcome } from "./replay-report.ts";

const COLUMN_MAX = 30;

interface Row {
  readonly name: string;
  readonly cells: readonly string[];
}

/** Two policies side by side, over the same recording. */
export function printComparison(policies: readonly PolicyOutcome[]): string[] {
  const of = (name: string, cell: (outcome: PolicyOutcome) => string): Row => ({
    name,
    cells: policies.map(cell),
  });
  const rows = [
    of("", ({ policy }) => shortened(policy)),
    of("troubles noticed", ({ episodes }) => listed(episodes.length)),
    of("first noticed at", ({ episodes }) => firstOf(episodes)),
    of("before its first failure", ({ episodes }) => leadOf(episodes[0]?.leadSeconds)),
    of("before it was failing", ({ episodes }) => leadOf(episodes[0]?.leadToFailingSeconds)),
    of("decisions", ({ decisions }) => listed(decisions.length)),
    of("mode", ({ enforced }) => (enforced ? "enforced" : "not enforced")),
    ...(["shape", "defer", "hold", "shed"] as const).map((action) =>
      of(`calls held back by ${action}`, ({ total }) => listed(total.callsHeldBack[action])),
    ),
    of("calls held back", ({ total }) => percent(total.heldBackShare ?? 0)),
    of("false holds", ({ total }) => shareOf(total.falseHoldShare)),
    of("failed attempts saved", ({ total }) => listed(total.saved.attempts)),
    of("retries saved", ({ total }) => listed(total.saved.retries)),
    of("agent seconds saved", ({ total }) => listed(Math.round(total.saved.agentSeconds))),
  ];
  const nameWidth = Math.max(...rows.map(({ name }) => name.length));
  const width = Math.max(...rows.flatMap(({ cells }) => cells.map((cell) => cell.length)));
  return [
    "SIDE BY SIDE",
    ...rows.map(
      ({ name, cells }) =>
        `  ${name.padEnd(nameWidth)}  ${cells.map((cell) => cell.padStart(width)).join("  ")}`,
    ),
  ];
}

function firstOf(episodes: PolicyOutcome["episodes"]): string {
  const first = episodes[0];
  return first === undefined ? "-" : moment(first.noticedAt);
}

function leadOf(seconds: number | null | undefined): string {
  return seconds === undefined || seconds === null ? "-" : `${seconds.toFixed(1)} s`;
}

/** The end of a path says more than its beginning. */
function shortened(name: string): string {
  return name.length <= COLUMN_MAX ? name : `…${name.slice(1 - COLUMN_MAX)}`;
}

function shareOf(share: number | null): string {
  return share === null ? "-" : percent(share);
}
