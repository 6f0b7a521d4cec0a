import { estimate } from "../run/estimate.ts";
import type { Estimate } from "../run/estimate.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { Chart } from "./chart.ts";
import { HEADWAY, ORACLE } from "./comparison.ts";
import type { Laboratory } from "./laboratory.ts";

export interface PathCurve {
  chart(label: string): Chart;
}

export interface CurveOptions {
  readonly cells: readonly string[];
  readonly setting: "stalenessMs" | "disobeying";
  readonly values: readonly number[];
  /** Those that a bar is about. */
  readonly barred: readonly number[];
  /** For those; the others only show a shape. */
  readonly seeds: number;
}

/** Headway's goodput in the fault as one setting of the way there and back is varied. */
export async function pathCurve(
  laboratory: Laboratory,
  { cells, setting, values, barred, seeds }: CurveOptions,
): Promise<PathCurve> {
  const { seedsShape, hasWholeCurves } = laboratory.budget;
  const shown = values.filter(
    (value, at) => hasWholeCurves || barred.includes(value) || (at === 0 && barred.length < 2),
  );
  const points = await Promise.all(
    cells.map(async (cell) => {
      const shares = shown.map((value) =>
        shareOf(
          laboratory,
          cell,
          varied(laboratory, cell, setting, value),
          barred.includes(value) ? seeds : seedsShape,
        ),
      );
      return [cell, await Promise.all(shares)] as const;
    }),
  );
  return {
    chart: (label) => ({
      title: `Goodput of the oracle's, by ${label}`,
      x: { label },
      y: { label: "goodput, of the oracle's", domain: [0, 1] },
      hasDots: true,
      series: points.map(([name, shares]) => ({
        name,
        points: shares.map(({ mean }, at) => ({ x: shown[at]!, y: mean })),
      })),
    }),
  };
}

export function varied(
  laboratory: Laboratory,
  cell: string,
  setting: string,
  value: number,
): Scenario {
  return laboratory.scenario(
    cell,
    [`coordination.${setting}=${value}`],
    `${cell}, ${setting} ${value}`,
  );
}

async function shareOf(
  laboratory: Laboratory,
  cell: string,
  variant: Scenario,
  seeds: number,
): Promise<Estimate> {
  const runs = await laboratory.runs([variant], [HEADWAY], seeds);
  const oracles = await laboratory.runs([laboratory.scenario(cell)], [ORACLE], seeds);
  return estimate(runs.map(({ measures }, at) => measures.goodput / oracles[at]!.measures.goodput));
}
