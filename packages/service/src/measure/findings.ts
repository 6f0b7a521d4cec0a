import type { Measurement } from "./measurement.ts";
import { clockWord, countOf, countWord, durationWord, percentWord, timesWord } from "./words.ts";

export type FindingRow = Measurement["findings"][number];

type Parts = Omit<Measurement, "findings">;

const FINDINGS_MAX = 12;
/** Less than this of the agents' time is not worth a line of its own. */
const SHARE_MIN = 0.001;

/** What to know first, in plain words. What costs the most agent time comes first; server time for nobody counts like it. */
export function findingsOf(parts: Parts): readonly FindingRow[] {
  const found = [
    ...burstFindings(parts),
    ...loneFindings(parts),
    ...driftFindings(parts),
    ...failingFindings(parts),
    ...throttleFindings(parts),
    ...loopFindings(parts),
    ...cutFindings(parts),
    ...fanOutFindings(parts),
  ].toSorted((a, b) => weightOf(b) - weightOf(a) || (a.sentence < b.sentence ? -1 : 1));
  return found.length === 0 ? healthy(parts) : found.slice(0, FINDINGS_MAX);
}

function weightOf({ cost }: FindingRow): number {
  return cost.agentSeconds + cost.serverSeconds;
}

function burstFindings(parts: Parts): readonly FindingRow[] {
  return parts.dependencies.flatMap(({ dependency, retries, attemptsPerCall }) => {
    const own = parts.bursts.filter((burst) => burst.dependency === dependency);
    const [worst] = own;
    if (worst === undefined || retries.correlated === 0) return [];
    const who =
      worst.agents > 1
        ? countOf(worst.agents, "agent")
        : `${countOf(worst.runs, "run")} of ${worst.topAgents[0]?.agent.split(" ")[0] ?? "one agent"}`;
    const growth =
      worst.reproduction === null
        ? ""
        : `; each failed attempt led to ${worst.reproduction.mean.toFixed(2)} more`;
    const step =
      worst.coherence !== null && worst.coherence >= 1.5
        ? `, ${timesWord(worst.coherence)} as bunched as chance`
        : "";
    const where =
      own.length === 1 ? "In one burst" : `In ${countOf(own.length, "burst")}, the worst`;
    return [
      {
        kind: "retry_burst",
        subject: dependency,
        sentence: `${countWord(retries.correlated)} of ${countOf(retries.all, "retry", "retries")} came together: ${where.toLowerCase()} at ${clockWord(worst.fromMs)} UTC, ${who} made ${countOf(worst.retries, "retry", "retries")} in ${durationWord(worst.toMs - worst.fromMs)}${step}${growth}. ${attemptsPerCall} attempts a call.`,
        advice: "Space them as one fleet: one shared not-before, one prober, a ramp back.",
        cost: summed(own.map(({ cost }) => cost)),
        shareOfAgentTime: shareOf(
          parts,
          own.reduce((sum, { cost }) => sum + cost.agentSeconds, 0),
        ),
        certainty: own.every(({ certainty }) => certainty === "confirmed") ? "confirmed" : "likely",
      },
    ];
  });
}

function loneFindings(parts: Parts): readonly FindingRow[] {
  const bar = parts.series.bars.find(({ kind }) => kind === "lone_retries");
  if (bar === undefined || bar.attempts === 0) return [];
  const most = bar.byDependency[0]?.dependency ?? "";
  const share = shareOf(parts, bar.agentSeconds);
  if (share < SHARE_MIN && parts.bursts.length > 0) return [];
  return [
    {
      kind: "lone_retries",
      subject: most,
      sentence: `${countOf(bar.attempts, "retry", "retries")} came by themselves${most === "" ? "" : `, most of the time at ${most}`}.`,
      advice: "",
      cost: {
        ...NO_COST,
        agentSeconds: bar.agentSeconds,
        attempts: bar.attempts,
        money: moneyOf(bar),
      },
      shareOfAgentTime: share,
      certainty: bar.certainty,
    },
  ];
}

function driftFindings(parts: Parts): readonly FindingRow[] {
  const bar = parts.series.bars.find(({ kind }) => kind === "drift_excess");
  return parts.dependencies.flatMap(
    ({ dependency, latencyInDrift, latencyOutOfDrift, driftSeconds }) => {
      const own = parts.drifts.filter(
        (drift) => drift.dependency === dependency && drift.kind === "degraded",
      );
      const [first] = own;
      if (first === undefined) return [];
      const agentSeconds =
        bar?.byDependency.find((part) => part.dependency === dependency)?.agentSeconds ?? 0;
      const slower =
        latencyInDrift !== null && latencyOutOfDrift !== null && latencyOutOfDrift.p95Ms > 0
          ? `: p95 ${durationWord(latencyInDrift.p95Ms)} instead of ${durationWord(latencyOutOfDrift.p95Ms)}`
          : "";
      const times =
        own.length === 1 ? `from ${clockWord(first.fromMs)} UTC` : `${own.length} times`;
      return [
        {
          kind: "drift",
          subject: dependency,
          sentence: `Slower than its own usual ${times}, ${durationWord(driftSeconds * 1_000)} in all${slower}.${waitOf(parts, dependency)}`,
          advice: "Hold back what is not urgent while it drifts, before calls time out.",
          cost: { ...NO_COST, agentSeconds },
          shareOfAgentTime: shareOf(parts, agentSeconds),
          certainty: "likely" as const,
        },
      ];
    },
  );
}

/** What part of the slow workflows' time it is, where it is the largest. */
function waitOf({ workflows }: Parts, dependency: string): string {
  for (const { workflow, tail } of workflows) {
    const part = tail.inDrift?.parts.find((candidate) => candidate.dependency === dependency);
    if (part !== undefined && part.share >= 0.2)
      return ` It is ${percentWord(part.share)} of the slowest ${workflow} runs' time then.`;
  }
  return "";
}

function failingFindings(parts: Parts): readonly FindingRow[] {
  return parts.dependencies.flatMap(({ dependency, outcomes, attempts }) => {
    const failed = outcomes.error + outcomes.timeout;
    if (attempts < 10 || failed / attempts < 0.05) return [];
    const bar = parts.series.bars.find(({ kind }) => kind === "failed_attempts");
    const agentSeconds =
      bar?.byDependency.find((part) => part.dependency === dependency)?.agentSeconds ?? 0;
    const timeouts =
      outcomes.timeout > 0 ? `, ${countWord(outcomes.timeout)} of them time-outs` : "";
    return [
      {
        kind: "failing",
        subject: dependency,
        sentence: `${percentWord(failed / attempts)} of its attempts failed: ${countWord(failed)} of ${countWord(attempts)}${timeouts}.`,
        advice: "",
        cost: { ...NO_COST, agentSeconds, attempts: failed },
        shareOfAgentTime: shareOf(parts, agentSeconds),
        certainty: "confirmed" as const,
      },
    ];
  });
}

function throttleFindings(parts: Parts): readonly FindingRow[] {
  return parts.dependencies.flatMap(({ dependency, outcomes, attempts }) => {
    if (outcomes.throttled === 0) return [];
    return [
      {
        kind: "throttled",
        subject: dependency,
        sentence: `Turned ${countOf(outcomes.throttled, "attempt")} away at a limit: ${percentWord(outcomes.throttled / Math.max(1, attempts))} of all.`,
        advice: "Share one rate over the fleet, so that nobody is turned away.",
        cost: { ...NO_COST, attempts: outcomes.throttled },
        shareOfAgentTime: 0,
        certainty: "confirmed" as const,
      },
    ];
  });
}

function loopFindings(parts: Parts): readonly FindingRow[] {
  const [longest] = parts.loops;
  if (longest === undefined) return [];
  const cost = summed(parts.loops.map((loop) => loop.cost));
  const more = parts.loops.length > 1 ? ` ${countOf(parts.loops.length, "loop")} in all.` : "";
  return [
    {
      kind: "loop",
      subject: longest.agent,
      sentence: `Called ${longest.dependency} ${longest.cycles} times in a row, evenly spaced, each time with the outcome ${longest.outcome}.${more}`,
      advice: "Stop an agent that repeats itself after a few rounds.",
      cost,
      shareOfAgentTime: shareOf(parts, cost.agentSeconds),
      certainty: "likely",
    },
  ];
}

function cutFindings(parts: Parts): readonly FindingRow[] {
  return parts.cuts
    .filter(({ attempts }) => attempts > 0)
    .map(
      ({
        dependency,
        attempts,
        clientMeanMs,
        serverMeanMs,
        serverSeconds,
        attemptsBelow,
        cost,
        certainty,
      }) => ({
        kind: "cut",
        subject: dependency,
        sentence: `Worked ${durationWord(serverSeconds * 1_000)} for nobody: ${countOf(attempts, "caller")} gave up after ${durationWord(clientMeanMs)}, the server went on to ${durationWord(serverMeanMs)}${attemptsBelow > 0 ? ` and made ${countOf(attemptsBelow, "more attempt")}` : ""}.`,
        advice: "Do not send what cannot be answered in time; pass the deadline on.",
        cost,
        shareOfAgentTime: 0,
        certainty,
      }),
    );
}

/** One workflow that multiplies: only where the worst twentieth makes much more of it than the average. */
function fanOutFindings(parts: Parts): readonly FindingRow[] {
  return parts.workflows
    .filter(
      ({ attemptsPerRun, attemptsPerRunP95, runs }) =>
        runs >= 20 && attemptsPerRun >= 3 && attemptsPerRunP95 >= 3 * attemptsPerRun,
    )
    .slice(0, 2)
    .map(({ workflow, attemptsPerRun, attemptsPerRunP95 }) => ({
      kind: "fanout",
      subject: workflow,
      sentence: `One run makes ${attemptsPerRun} attempts on average, but one in twenty makes ${attemptsPerRunP95} or more.`,
      advice: "Bound how many calls one parent may have open.",
      cost: NO_COST,
      shareOfAgentTime: 0,
      certainty: "confirmed" as const,
    }));
}

function healthy(parts: Parts): readonly FindingRow[] {
  const { attempts, retries, runs } = parts.totals;
  const sentence =
    attempts === 0
      ? "Nothing to measure: no span says that it calls anything."
      : `Nothing to worry about: ${countOf(attempts, "attempt")}${runs > 0 ? ` in ${countOf(runs, "run")}` : ""}, ${countOf(retries, "retry", "retries")}, no burst, no drift, no loop.`;
  return [
    {
      kind: "healthy",
      subject: "",
      sentence,
      advice: "",
      cost: NO_COST,
      shareOfAgentTime: 0,
      certainty: "confirmed",
    },
  ];
}

const NO_COST: FindingRow["cost"] = {
  agentSeconds: 0,
  serverSeconds: 0,
  attempts: 0,
  tokensIn: 0,
  tokensOut: 0,
  money: { amount: null, certainty: "unpriced" },
};

function summed(costs: readonly FindingRow["cost"][]): FindingRow["cost"] {
  const add = (of: (cost: FindingRow["cost"]) => number): number =>
    Math.round(costs.reduce((sum, cost) => sum + of(cost), 0) * 1_000) / 1_000;
  const amounts = costs.flatMap(({ money }) => money.amount ?? []);
  const isSure = costs.every(({ money }) => money.certainty === "confirmed");
  return {
    agentSeconds: add(({ agentSeconds }) => agentSeconds),
    serverSeconds: add(({ serverSeconds }) => serverSeconds),
    attempts: add(({ attempts }) => attempts),
    tokensIn: add(({ tokensIn }) => tokensIn),
    tokensOut: add(({ tokensOut }) => tokensOut),
    money:
      amounts.length === 0
        ? { amount: null, certainty: "unpriced" }
        : {
            amount: amounts.reduce((sum, one) => sum + one, 0),
            certainty: isSure ? "confirmed" : "likely",
          },
  };
}

function moneyOf({
  money,
  certainty,
}: Parts["series"]["bars"][number]): FindingRow["cost"]["money"] {
  return money === null ? { amount: null, certainty: "unpriced" } : { amount: money, certainty };
}

function shareOf({ cost }: Parts, agentSeconds: number): number {
  const { agentSeconds: all } = cost.total;
  return all > 0 ? Math.min(1, Math.round((agentSeconds / all) * 10_000) / 10_000) : 0;
}
