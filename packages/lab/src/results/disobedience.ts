import { ahead } from "./bars.ts";
import { Comparison, EVERYBODY, HEADWAY, ORACLE, RIVALS } from "./comparison.ts";
import type { Laboratory } from "./laboratory.ts";
import { plusMinus, table } from "./markdown.ts";
import { varied } from "./path-curves.ts";
import type { Bar } from "./section.ts";

export const DISOBEYING = 0.3;

export interface Disobedience {
  readonly markdown: string;
  readonly bars: readonly Bar[];
}

/** Like with like: the same processes have no policy under any of them, and repeat as they are configured. */
export async function disobedience(
  laboratory: Laboratory,
  cells: readonly string[],
): Promise<Disobedience> {
  const { seedsPath } = laboratory.budget;
  const compared = await Promise.all(
    cells.map(async (cell) => {
      const variant = varied(laboratory, cell, "disobeying", DISOBEYING);
      const outcomes = await laboratory.runs([variant], EVERYBODY, seedsPath);
      return { cell, comparison: new Comparison(outcomes, variant.name) };
    }),
  );
  const rows = compared.map(({ cell, comparison }) => {
    const best = comparison.best(RIVALS);
    const good = (policy: string): string => plusMinus(comparison.of(policy).measures.goodput, 1);
    return [cell, good(HEADWAY), `${good(best)} (${best})`, good(ORACLE)];
  });
  const header = ["30 % do not obey", "headway, good/s", "best rival, good/s", "oracle, good/s"];
  return {
    markdown: table(header, rows),
    bars: compared.map(({ cell, comparison }) => {
      const best = comparison.best(RIVALS);
      const claim = `${cell}, 30 % disobeying everybody: goodput not below the best rival's (${best})`;
      return ahead(claim, comparison, best);
    }),
  };
}
