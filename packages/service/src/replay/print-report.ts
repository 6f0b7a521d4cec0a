import { printComparison } from "./print-comparison.ts";
import { counted, duration, listed, moment, percent, until } from "./print-words.ts";
import type { EffectReport, PolicyOutcome, ReplayReport } from "./replay-report.ts";

/** So many of a kind fit a screen; all are in the JSON. */
const ROWS_MAX = 8;
const WIDTH = 100;
/** A detector needs some seconds of ordinary traffic to know what is usual. */
const CALLS_FEW = 100;

/** A report for a terminal, by lines. Names come from spans: what a terminal would obey is left out of them. */
export function printReport(report: ReplayReport): string[] {
  const { policies, assumptions } = report;
  const lines = [
    ...recordingLines(report),
    ...policies.flatMap((outcome) => ["", ...policyLines(outcome)]),
    ...(policies.length > 1 ? ["", ...printComparison(policies)] : []),
    "",
    "WHAT THIS RESTS ON",
    ...assumptions.flatMap((sentence) => wrapped(sentence)),
  ];
  return lines.map((line) => line.replaceAll(/\p{Cc}/gu, ""));
}

function recordingLines({ recording }: ReplayReport): string[] {
  const { files, spans, reports, rejected, firstAt, lastAt, countedFrom, notes, order } = recording;
  const what = [
    counted(spans, "span", "spans"),
    ...(reports > 0 ? [counted(reports, "report", "reports")] : []),
    ...(rejected > 0 ? [`${rejected} unreadable`] : []),
  ];
  const range =
    firstAt === null || lastAt === null
      ? []
      : [
          `${firstAt.slice(0, 10)} ${moment(firstAt)} to ${moment(lastAt)} UTC (${duration(until(firstAt, lastAt))})`,
        ];
  return [
    `REPLAY of ${files.length === 1 ? files[0] : `${files.length} files`}: ${what.join(", ")}`,
    ...range.map((text) => `${text}; arrival times: ${ORDER_WORDS[order] ?? order}`),
    ...(countedFrom === null ? [] : [`Counted from ${moment(countedFrom)} on; before is history.`]),
    ...notes.map((note) => `  ! ${note}`),
  ];
}

const ORDER_WORDS: Readonly<Record<string, string>> = {
  recorded: "as a service recorded them",
  file: "by the order of the file",
  end: "each span as it ended",
  processor: "as the span processor tells of them",
};

function policyLines(outcome: PolicyOutcome): string[] {
  const { policy, version, enforced, decisions } = outcome;
  const mode = enforced ? "enforced" : decisions.length > 0 ? "advice only" : "no decision";
  return [
    `POLICY ${policy} (${version.slice(0, 15)}, ${mode})`,
    "",
    "  Saw calls to",
    ...dependencyLines(outcome),
    "",
    "  Would have noticed",
    ...episodeLines(outcome),
    "",
    "  Would have decided",
    ...decisionLines(outcome),
    "",
    "  Would have done to the recorded calls",
    ...effectLines(outcome.total),
  ];
}

/** The most called first. */
function dependencyLines({ dependencies }: PolicyOutcome): string[] {
  const called = dependencies
    .filter(({ effect }) => effect.attempts > 0)
    .toSorted((a, b) => b.effect.calls - a.effect.calls);
  if (called.length === 0) return ["    nothing: no span says that it is a call to a dependency"];
  const lines = called.slice(0, ROWS_MAX).map(({ dependency, usualSeconds, effect }) => {
    const { calls, attempts, failed } = effect;
    const usual =
      usualSeconds === null
        ? "too few to say what is usual"
        : `usually within ${usualSeconds.toPrecision(2)} s`;
    return `    ${dependency}  ${counted(calls, "call", "calls")}, ${counted(attempts, "attempt", "attempts")}, ${percent(failed / attempts)} failed; ${usual}`;
  });
  return [...lines, ...more(called.length)];
}

function episodeLines({ episodes, total }: PolicyOutcome): string[] {
  if (episodes.length === 0)
    return [
      total.attempts < CALLS_FEW
        ? `    nothing: with so few calls, little can be`
        : "    nothing: no dependency was in trouble",
    ];
  const lines = episodes.slice(0, ROWS_MAX).flatMap((episode) => {
    const { dependency, noticedAt, noticedBy, kinds, summary, resolvedAt } = episode;
    const end = resolvedAt === null ? "still firing at the end" : `over at ${moment(resolvedAt)}`;
    const later = kinds.filter((kind) => kind !== noticedBy);
    return [
      `    ${moment(noticedAt)}  ${dependency}  ${noticedBy}${later.length > 0 ? `, then ${later.join(", ")}` : ""}; ${end}`,
      `                ${summary}`,
      ...leadLines(episode).map((line) => `                ${line}`),
    ];
  });
  return [...lines, ...more(episodes.length)];
}

function leadLines(episode: PolicyOutcome["episodes"][number]): string[] {
  const { firstFailureAt, leadSeconds, failingFrom, leadToFailingSeconds } = episode;
  if (firstFailureAt === null || leadSeconds === null) return ["no failure followed"];
  const first = `first failure at ${moment(firstFailureAt)}: ${leadWords(leadSeconds)}`;
  if (failingFrom === null || leadToFailingSeconds === null)
    return [`${first}; failures stayed as few as usual`];
  if (failingFrom === firstFailureAt) return [first];
  return [
    first,
    `failing, not by chance, from ${moment(failingFrom)}: ${leadWords(leadToFailingSeconds)}`,
  ];
}

function leadWords(seconds: number): string {
  return seconds >= 0
    ? `noticed ${seconds.toFixed(1)} s before`
    : `noticed ${(-seconds).toFixed(1)} s after`;
}

function decisionLines({ decisions }: PolicyOutcome): string[] {
  if (decisions.length === 0) return ["    nothing: everything may proceed"];
  const lines = decisions.slice(0, ROWS_MAX).flatMap((run) => {
    const { dependency, agent, priorityFrom, priorityTo, from, to, versions } = run;
    const who = priorityFrom === priorityTo ? `${priorityFrom}` : `${priorityFrom}-${priorityTo}`;
    const first = versions[0];
    const changes = versions.length > 1 ? `; changed ${versions.length - 1} times` : "";
    return [
      `    ${moment(from)}  ${dependency}  ${first?.action ?? ""}${limits(versions)}, priority ${who}${agent === null ? "" : `, agent ${agent}`}; ${to === null ? "to the end" : `until ${moment(to)}`}${changes}`,
      `                ${first?.summary ?? ""}`,
    ];
  });
  return [...lines, ...more(decisions.length)];
}

/** The tightest and the widest that a shape said in its life. */
function limits(versions: PolicyOutcome["decisions"][number]["versions"]): string {
  const said = versions.flatMap(({ shape }) => shape?.concurrency ?? []);
  const rates = versions.flatMap(({ shape }) => shape?.ratePerSecond ?? []);
  const parts = [
    ...(said.length > 0 ? [`${span(said)} in flight`] : []),
    ...(rates.length > 0 ? [`${span(rates)} a second`] : []),
  ];
  return parts.length === 0 ? "" : ` to ${parts.join(", ")}`;
}

function span(numbers: readonly number[]): string {
  const least = Math.round(Math.min(...numbers) * 10) / 10;
  const most = Math.round(Math.max(...numbers) * 10) / 10;
  return least === most ? `${least}` : `${least} to ${most}`;
}

function effectLines(effect: EffectReport): string[] {
  const { calls, heldBack, heldBackShare, falseHoldShare, saved, callsUnder, priorities } = effect;
  if (calls === 0) return ["    nothing: no single calls were counted"];
  const under = Object.entries(callsUnder).filter(([, count]) => count > 0);
  const underAll = under.reduce((sum, [, count]) => sum + count, 0);
  const actions = under.map(([action, count]) => `${action} ${percent(count / calls)}`);
  const held = priorities
    .filter((one) => one.heldBack > 0)
    .map((one) => `${one.priority}: ${percent(one.heldBack / one.calls)}`);
  return [
    `    Calls under a decision  ${percent(underAll / calls)} of ${listed(calls)}${actions.length > 0 ? ` (${actions.join(", ")})` : ""}`,
    `    Calls held back         ${percent(heldBackShare ?? 0)}${held.length > 0 ? ` (by priority ${held.join(", ")})` : ""}`,
    ...(heldBack.attempts === 0
      ? []
      : [
          `    Attempts held back      ${listed(heldBack.attempts)}, of which failed ${listed(heldBack.failed)}, slower than usual ${listed(heldBack.slow)}, as usual ${listed(heldBack.good)}, given up ${listed(heldBack.cancelled)}`,
          `    False holds             ${percent(falseHoldShare ?? 0)} of what was held back`,
          `    Saved, at most          ${counted(saved.attempts, "failed attempt", "failed attempts")} (${counted(saved.retries, "retry", "retries")}), ${listed(Math.round(saved.agentSeconds))} s of agents' time`,
          `                            of ${listed(saved.failedWhileInForce)} that failed while a decision was in force`,
        ]),
  ];
}

function more(count: number): string[] {
  return count > ROWS_MAX ? [`    and ${count - ROWS_MAX} more: see --json`] : [];
}

function wrapped(sentence: string): string[] {
  const lines: string[] = [];
  let line = "  -";
  for (const word of sentence.split(" ")) {
    if (line.length + word.length + 1 > WIDTH) {
      lines.push(line);
      line = "   ";
    }
    line += ` ${word}`;
  }
  return [...lines, line];
}
