import { burstRow, costOf } from "./burst-row.ts";
import type { BurstRow } from "./burst-row.ts";
import { burstsOf } from "./bursts.ts";
import type { Burst } from "./bursts.ts";
import type { CostTally } from "./cost-tally.ts";
import type { Measuring } from "./measuring.ts";
import { rasterOf } from "./raster.ts";
import type { Raster } from "./raster.ts";

/** What retries come to when all are known: which of them came together, and what both kinds cost. */
export interface RetryAccount {
  readonly bursts: readonly BurstRow[];
  readonly rasters: readonly Raster[];
  readonly correlated: CostTally;
  readonly lone: CostTally;
  /** Retries that came in bursts, by name. */
  readonly correlatedOf: {
    readonly dependency: ReadonlyMap<string, number>;
    readonly agent: ReadonlyMap<string, number>;
    readonly workflow: ReadonlyMap<string, number>;
  };
  /** Milliseconds by dependency. */
  readonly correlatedMs: ReadonlyMap<string, number>;
  readonly loneMs: ReadonlyMap<string, number>;
}

const RASTERS_MAX = 8;

export function retryAccountOf(measuring: Measuring): RetryAccount {
  const { retries: log, prices, dependencies, troubles } = measuring;
  const byDependency = [...log.byDependency()].toSorted(
    ([a, rowsA], [b, rowsB]) => rowsB.length - rowsA.length || a - b,
  );
  const burstRows: BurstRow[] = [];
  const rasters: Raster[] = [];
  for (const [number, rows] of byDependency) {
    const dependency = log.dependencies.nameOf(number);
    const attempts = dependencies.of(dependency).timeline;
    const bursts: readonly Burst[] = burstsOf(rows, log, attempts);
    for (const burst of bursts) {
      for (const row of burst.rows) log.isCorrelated[row] = 1;
      burstRows.push(
        burstRow(burst, { dependency, log, attempts, prices, storms: troubles.storms }),
      );
    }
    if (rasters.length < RASTERS_MAX) rasters.push(rasterOf(dependency, rows, log, bursts));
  }
  return {
    bursts: burstRows.toSorted((a, b) => b.retries - a.retries || a.fromMs - b.fromMs),
    rasters,
    ...splitOf(measuring),
  };
}

function splitOf({ retries: log }: Measuring): Omit<RetryAccount, "bursts" | "rasters"> {
  const rows = { correlated: [] as number[], lone: [] as number[] };
  const correlatedOf = {
    dependency: new Map<string, number>(),
    agent: new Map<string, number>(),
    workflow: new Map<string, number>(),
  };
  const correlatedMs = new Map<string, number>();
  const loneMs = new Map<string, number>();
  for (let row = 0; row < log.size; row += 1) {
    const dependency = log.dependencies.nameOf(log.dependency[row]!);
    const isCorrelated = log.isCorrelated[row] === 1;
    rows[isCorrelated ? "correlated" : "lone"].push(row);
    add(isCorrelated ? correlatedMs : loneMs, dependency, log.costMs[row]!);
    if (!isCorrelated) continue;
    add(correlatedOf.dependency, dependency, 1);
    add(correlatedOf.agent, log.agents.nameOf(log.agent[row]!), 1);
    const workflow = log.workflow[row]!;
    if (workflow > 0) add(correlatedOf.workflow, log.workflows.nameOf(workflow - 1), 1);
  }
  return {
    correlated: costOf(rows.correlated, log),
    lone: costOf(rows.lone, log),
    correlatedOf,
    correlatedMs,
    loneMs,
  };
}

function add(sums: Map<string, number>, name: string, amount: number): void {
  sums.set(name, (sums.get(name) ?? 0) + amount);
}
