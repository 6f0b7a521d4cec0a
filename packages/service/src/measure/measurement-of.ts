import { isCoordination } from "./coordination.ts";
import { costBars } from "./cost-bars.ts";
import { CostTally, rounded } from "./cost-tally.ts";
import { coverageOf } from "./coverage-of.ts";
import type { InputRow } from "./coverage-of.ts";
import { findingsOf } from "./findings.ts";
import { MEASUREMENT_VERSION } from "./measurement.ts";
import type { Measurement } from "./measurement.ts";
import type { Measuring } from "./measuring.ts";
import { agentRows, dependencyRows, ratio, workflowRows } from "./result-rows.ts";
import { retryAccountOf } from "./retry-account.ts";

/** Rows of each table. */
const MOST = {
  workflows: 50,
  dependencies: 200,
  agents: 100,
  hops: 500,
  bursts: 100,
  loops: 100,
  cuts: 100,
  drifts: 200,
  bands: 12,
  tree: 200,
};

/** All that was measured, once the last span has been told. */
export function measurementOf(
  measuring: Measuring,
  inputs: readonly InputRow[],
  notes: readonly string[] = [],
): Measurement {
  const { prices, coverage, troubles, totals, runs } = measuring;
  const retries = retryAccountOf(measuring);
  const endMs = Number.isFinite(coverage.toMs) ? coverage.toMs : 0;
  const drifts = troubles.rows(endMs);
  const workflows = workflowRows(measuring, retries);
  const dependencies = dependencyRows(measuring, retries, drifts);
  const agents = agentRows(measuring, retries);
  const hops = measuring.hops.rows(measuring.serviceHops.hops > 0 ? "likely" : "confirmed");
  const cuts = measuring.cuts.rows(prices);
  const loops = measuring.loops.rows(loopCost(measuring), (cost) => cost.row(prices, true));
  const bars = costBars({ measuring, retries, loops, cuts });
  const rows = {
    workflows,
    dependencies,
    agents,
    hops,
    loops,
    cuts,
    drifts,
    bursts: retries.bursts,
  };
  const correlatedRetries = retries.bursts.reduce((sum, burst) => sum + burst.retries, 0);
  const parts = {
    format: "headway.measurement" as const,
    version: MEASUREMENT_VERSION,
    coverage: coverageOf(measuring, inputs, notes),
    totals: {
      runs: measuring.workflows.all().reduce((sum, tally) => sum + tally.runs, 0),
      calls: totals.calls,
      attempts: totals.attempts,
      attemptsPerCall: ratio(totals.attempts, totals.calls),
      retries: totals.retries,
      correlatedRetries,
      failed: totals.failed,
      agents: agents.length,
      dependencies: dependencies.length,
      workflows: workflows.length,
    },
    cost: costOf(measuring, bars, runs.totalMs),
    workflows: workflows.slice(0, MOST.workflows),
    dependencies: dependencies.slice(0, MOST.dependencies),
    agents: agents.slice(0, MOST.agents),
    hops: hops.slice(0, MOST.hops),
    bursts: retries.bursts.slice(0, MOST.bursts),
    loops: loops.slice(0, MOST.loops),
    cuts: cuts.slice(0, MOST.cuts),
    drifts: drifts.slice(0, MOST.drifts),
    series: {
      rasters: [...retries.rasters],
      latency: dependencies.slice(0, MOST.bands).flatMap(({ dependency }) => {
        const band = measuring.dependencies.known(dependency)?.band;
        const own = drifts
          .filter((drift) => drift.dependency === dependency)
          .map(({ kind, fromMs, toMs }) => ({ kind, fromMs, toMs }));
        return band?.row(dependency, own) ?? [];
      }),
      tree: [...measuring.tree.rows(MOST.tree)],
      bars: [...bars],
    },
    leftOut: leftOutOf(measuring, rows),
  };
  return { ...parts, findings: [...findingsOf(parts)] };
}

/** What so many calls of a dependency cost, at its own average. */
function loopCost({ dependencies }: Measuring): (dependency: string, calls: number) => CostTally {
  return (dependency, calls) => {
    const { callMs, outcomes, attempts, calls: all, cost: own } = dependencies.of(dependency);
    const cost = new CostTally();
    cost.agentMs = outcomes.ok > 0 ? (callMs / outcomes.ok) * calls : 0;
    cost.attempts = Math.round((attempts / Math.max(1, all)) * calls);
    cost.addMoney(own.priced > 0 ? (own.money / Math.max(1, all)) * calls : undefined);
    return cost;
  };
}

function costOf(
  measuring: Measuring,
  bars: Measurement["series"]["bars"],
  totalMs: number,
): Measurement["cost"] {
  const { prices, dependencies } = measuring;
  const total = new CostTally();
  for (const tally of [...dependencies.all(), dependencies.over]) total.merge(tally.cost);
  total.agentMs = totalMs;
  total.serverMs = measuring.cuts.serverMs;
  const own = bars.filter(isCoordination);
  const money = own.flatMap((bar) => bar.money ?? []);
  const seconds = own.reduce((sum, { agentSeconds }) => sum + agentSeconds, 0);
  const isLikely = own.some(({ certainty }) => certainty === "likely");
  return {
    currency: prices.currency === "" ? null : prices.currency,
    total: total.row(prices),
    coordination: {
      agentSeconds: rounded(seconds),
      serverSeconds: rounded(own.reduce((sum, { serverSeconds }) => sum + serverSeconds, 0)),
      attempts: own.reduce((sum, { attempts }) => sum + attempts, 0),
      tokensIn: 0,
      tokensOut: 0,
      money:
        money.length === 0
          ? { amount: null, certainty: "unpriced" }
          : {
              amount: rounded(
                money.reduce((sum, one) => sum + one, 0),
                6,
              ),
              certainty: "likely",
            },
    },
    coordinationShare: totalMs > 0 ? Math.min(1, rounded((seconds * 1_000) / totalMs, 4)) : null,
    certainty: isLikely ? "likely" : "confirmed",
  };
}

function leftOutOf(
  measuring: Measuring,
  rows: Readonly<Record<string, readonly unknown[]>>,
): Record<string, number> {
  const { dependencies, agents, workflows, retries, hops, loops, tree, troubles } = measuring;
  const most: Readonly<Record<string, number>> = MOST;
  const leftOut: Record<string, number> = {};
  const add = (name: string, count: number): void => {
    if (count > 0) leftOut[name] = (leftOut[name] ?? 0) + count;
  };
  for (const [name, all] of Object.entries(rows)) add(name, all.length - (most[name] ?? 0));
  add("dependencyEvents", dependencies.leftOut);
  add("agentEvents", agents.leftOut);
  add("workflowRuns", workflows.leftOut);
  add("retryEvents", retries.leftOut);
  add("hopEvents", hops.leftOut);
  add("loopEvents", loops.leftOut);
  add("treeNodes", tree.leftOut);
  add("driftEvents", troubles.leftOut);
  return leftOut;
}
