import { certaintyBadge } from "./certainty-badge.ts";
import type { CertaintyWord } from "./certainty-badge.ts";
import { clippedName } from "./clipped-name.ts";
import { markup } from "./markup.ts";
import type { Content } from "./markup.ts";
import {
  formatCount,
  formatFactor,
  formatMean,
  formatMoney,
  formatMs,
  formatSeconds,
} from "./number-format.ts";
import type { Column } from "./table.ts";

/** From here on attempts per call are marked. A fleet that never retries stands at 1. */
export const LOUD_ATTEMPTS_PER_CALL = 1.5;

/** Columns that several tables have. */

export function nameColumn<Row>(title: string, name: (row: Row) => string): Column<Row> {
  return { title, cell: (row) => markup`<code>${clippedName(name(row))}</code>` };
}

export function countColumn<Row>(title: string, count: (row: Row) => number): Column<Row> {
  return { title, value: count, cell: (row) => formatCount(count(row)) };
}

export function meanColumn<Row>(title: string, mean: (row: Row) => number): Column<Row> {
  return { title, value: mean, cell: (row) => formatMean(mean(row)) };
}

export function msColumn<Row>(title: string, ms: (row: Row) => number | null): Column<Row> {
  return { title, value: ms, cell: (row) => formatMs(ms(row)) };
}

export function secondsColumn<Row>(title: string, seconds: (row: Row) => number): Column<Row> {
  return { title, value: seconds, cell: (row) => formatSeconds(seconds(row)) };
}

export function factorColumn<Row>(title: string, factor: (row: Row) => number): Column<Row> {
  return { title, value: factor, cell: (row) => formatFactor(factor(row)) };
}

/** Attempts per call; loud from half as much again. */
export function perCallColumn<Row extends { readonly attemptsPerCall: number }>(): Column<Row> {
  return {
    title: "Attempts per call",
    value: ({ attemptsPerCall }) => attemptsPerCall,
    cell: ({ attemptsPerCall }) =>
      loud(formatFactor(attemptsPerCall), attemptsPerCall >= LOUD_ATTEMPTS_PER_CALL),
  };
}

interface Retried {
  readonly retries: { readonly all: number; readonly correlated: number };
}

/** All retries, and of those the correlated ones. */
export function retryColumns<Row extends Retried>(): readonly Column<Row>[] {
  return [
    countColumn("Retries", ({ retries }) => retries.all),
    {
      title: "In bursts",
      value: ({ retries }) => retries.correlated,
      cell: ({ retries }) => loud(formatCount(retries.correlated), retries.correlated > 0),
    },
  ];
}

interface Costly {
  readonly cost: {
    readonly agentSeconds: number;
    readonly tokensIn: number;
    readonly tokensOut: number;
    readonly money: { readonly amount: number | null; readonly certainty: CertaintyWord };
  };
}

/** Agent time, tokens and money. Tokens and money have a column only where a row has any: empty columns are noise. */
export function costColumns<Row extends Costly>(
  rows: readonly Row[],
  currency: string | null,
): readonly Column<Row>[] {
  const tokens = ({ cost }: Row): number => cost.tokensIn + cost.tokensOut;
  return [
    secondsColumn("Agent time", ({ cost }) => cost.agentSeconds),
    ...(rows.some((row) => tokens(row) > 0) ? [countColumn("Tokens", tokens)] : []),
    ...(rows.some(({ cost }) => cost.money.amount !== null) ? [moneyColumn<Row>(currency)] : []),
  ];
}

export function certaintyColumn<Row>(
  certainty: (row: Row) => CertaintyWord,
  title = "Certainty",
): Column<Row> {
  return { title, cell: (row) => certaintyBadge(certainty(row)) };
}

function moneyColumn<Row extends Costly>(currency: string | null): Column<Row> {
  return {
    title: "Money",
    value: ({ cost }) => cost.money.amount,
    cell: ({ cost: { money } }) =>
      money.amount === null
        ? certaintyBadge("unpriced")
        : markup`${formatMoney(money.amount, currency)}${money.certainty === "likely" && markup` ${certaintyBadge("likely")}`}`,
  };
}

function loud(text: string, isLoud: boolean): Content {
  return isLoud ? markup`<b class="loud">${text}</b>` : text;
}
