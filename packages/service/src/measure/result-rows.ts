import { rounded } from "./cost-tally.ts";
import { latencyOf } from "./latency-of.ts";
import type { Measurement } from "./measurement.ts";
import type { Measuring } from "./measuring.ts";
import type { RetryAccount } from "./retry-account.ts";
import type { DriftRow } from "./trouble-log.ts";

interface Retried {
  readonly retries: number;
  readonly retriesUnsure: number;
  readonly retryGap: { readonly count: number; quantile(q: number): number };
}

/** The most agent time first. */
function byCost<
  Row extends { readonly cost: { readonly agentSeconds: number; readonly attempts: number } },
>(nameOf: (row: Row) => string): (a: Row, b: Row) => number {
  return (a, b) =>
    b.cost.agentSeconds - a.cost.agentSeconds ||
    b.cost.attempts - a.cost.attempts ||
    (nameOf(a) < nameOf(b) ? -1 : 1);
}

export function workflowRows(
  { workflows, prices }: Measuring,
  { correlatedOf }: RetryAccount,
): Measurement["workflows"] {
  return workflows
    .all()
    .map((tally) => {
      const p95Ms = tally.latency.quantile(0.95);
      const correlated = Math.min(tally.retries, correlatedOf.workflow.get(tally.workflow) ?? 0);
      return {
        workflow: tally.workflow,
        runs: tally.runs,
        latency: latencyOf(tally.latency),
        calls: tally.calls,
        attempts: tally.attempts,
        attemptsPerCall: ratio(tally.attempts, tally.calls),
        attemptsPerRun: ratio(tally.attempts, tally.runs),
        attemptsPerRunP95: rounded(tally.width.quantile(0.95)),
        retries: {
          all: tally.retries,
          lone: tally.retries - correlated,
          correlated,
          gapP50Ms: null,
          certainty: "likely" as const,
        },
        failedRuns: tally.failedRuns,
        tail: {
          inDrift: tally.inDrift.tail.above(p95Ms),
          outOfDrift: tally.outOfDrift.tail.above(p95Ms),
        },
        runsInDrift: tally.inDrift.runs,
        latencyInDrift: latencyOf(tally.inDrift.latency),
        latencyOutOfDrift: latencyOf(tally.outOfDrift.latency),
        cost: tally.cost.row(prices),
      };
    })
    .toSorted(byCost(({ workflow }) => workflow));
}

export function dependencyRows(
  { dependencies, prices, cuts }: Measuring,
  { correlatedOf }: RetryAccount,
  drifts: readonly DriftRow[],
): Measurement["dependencies"] {
  return dependencies
    .all()
    .map((tally) => {
      const own = drifts.filter(
        ({ dependency, kind }) => dependency === tally.dependency && kind === "degraded",
      );
      const { inside, outside } = tally.band.split(own);
      return {
        dependency: tally.dependency,
        calls: tally.calls,
        attempts: tally.attempts,
        attemptsPerCall: ratio(tally.attempts, tally.calls),
        outcomes: { ...tally.outcomes },
        retries: retriesOf(tally, correlatedOf.dependency.get(tally.dependency) ?? 0),
        agents: tally.agents.size,
        latency: latencyOf(tally.latency),
        latencyInDrift: latencyOf(inside),
        latencyOutOfDrift: latencyOf(outside),
        driftSeconds: rounded(
          own.reduce((sum, { fromMs, toMs }) => sum + (toMs - fromMs), 0) / 1_000,
        ),
        selfMeanMs: tally.withSelf === 0 ? null : rounded(tally.selfMs / tally.withSelf),
        cut: cuts.attemptsOf(tally.dependency),
        cost: tally.cost.row(prices),
      };
    })
    .toSorted(byCost(({ dependency }) => dependency));
}

export function agentRows(
  { agents, prices }: Measuring,
  { correlatedOf }: RetryAccount,
): Measurement["agents"] {
  return agents
    .all()
    .filter(({ attempts }) => attempts > 0)
    .map((tally) => ({
      agent: tally.agent,
      runs: tally.runs,
      calls: tally.calls,
      attempts: tally.attempts,
      attemptsPerCall: ratio(tally.attempts, tally.calls),
      failed: tally.failed,
      retries: retriesOf(tally, correlatedOf.agent.get(tally.agent) ?? 0),
      latency: latencyOf(tally.latency),
      cost: tally.cost.row(prices),
    }))
    .toSorted(byCost(({ agent }) => agent));
}

export function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : rounded(part / whole);
}

function retriesOf(
  { retries, retriesUnsure, retryGap }: Retried,
  correlatedKnown: number,
): Measurement["dependencies"][number]["retries"] {
  const correlated = Math.min(retries, correlatedKnown);
  return {
    all: retries,
    lone: retries - correlated,
    correlated,
    gapP50Ms: retryGap.count === 0 ? null : rounded(retryGap.quantile(0.5)),
    certainty: retriesUnsure === 0 ? "confirmed" : "likely",
  };
}
