import type { Laboratory } from "./laboratory.ts";

/** One chapter of the report. */
export interface Section {
  readonly title: string;
  readonly markdown: string;
  readonly figures: readonly Figure[];
  /** Claims that it settles, for the table at the top. */
  readonly bars: readonly Bar[];
}

export interface Figure {
  /** In docs/results/. */
  readonly file: string;
  readonly svg: string;
}

/** Something wanted, and whether it is so. */
export interface Bar {
  readonly claim: string;
  readonly wanted: string;
  readonly measured: string;
  readonly holds: boolean;
  /** The 95 % interval reaches past what was wanted: the mean stands on this side by chance, as far as the runs tell. */
  readonly isWithinChance?: boolean;
}

export type MakeSection = (laboratory: Laboratory) => Promise<Section>;

export function figureLink(title: string, file: string): string {
  return `![${title}](results/${file})`;
}
