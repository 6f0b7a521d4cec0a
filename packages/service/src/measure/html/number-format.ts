import {
  clockWord,
  countOf,
  countWord,
  durationWord,
  moneyWord,
  percentWord,
  timesWord,
} from "../words.ts";

/**
 * Numbers as every form of the report words them, and what only a page asks for besides: a number and its unit never part at the end of a
 * line, and what was not measured is a dash.
 */

const MISSING = "–";
const DATE_MS_MAX = 8.64e15;

export function formatCount(count: number): string {
  return Number.isFinite(count) ? countWord(count) : MISSING;
}

/** `1 retry`, `2 retries`. */
export function formatCountOf(count: number, one: string, many = `${one}s`): string {
  return whole(countOf(count, one, many));
}

/** An average of counts: `2.4`, `37`. */
export function formatMean(mean: number): string {
  if (!Number.isFinite(mean)) return MISSING;
  return Math.abs(mean) < 10 ? String(Math.round(mean * 10) / 10) : countWord(mean);
}

export function formatMs(ms: number | null | undefined): string {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return MISSING;
  return whole(ms === 0 ? "0 s" : durationWord(ms));
}

export function formatSeconds(seconds: number): string {
  return formatMs(seconds * 1_000);
}

export function formatShare(share: number | null | undefined): string {
  if (share === null || share === undefined || !Number.isFinite(share)) return MISSING;
  return whole(percentWord(share));
}

export function formatFactor(factor: number): string {
  return Number.isFinite(factor) ? whole(timesWord(factor)) : MISSING;
}

export function formatMoney(amount: number, currency: string | null): string {
  return whole(moneyWord(amount, currency ?? "").trim());
}

/** `10:21:30`, by the spans' own clock, in UTC. */
export function formatClock(atMs: number): string {
  return isDate(atMs) ? clockWord(atMs) : MISSING;
}

/** `22 Nov, 10:21:30`, where the times of one table lie on several days. */
export function formatDayClock(atMs: number): string {
  if (!isDate(atMs)) return MISSING;
  const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
  return `${day.format(atMs)}, ${clockWord(atMs)}`;
}

/** `22 Nov 2026, 10:21:30 UTC`. */
export function formatMoment(atMs: number): string {
  if (!isDate(atMs)) return MISSING;
  const day = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeZone: "UTC" });
  return `${whole(day.format(atMs))}, ${whole(`${clockWord(atMs)} UTC`)}`;
}

/** Two decimals at most: for coordinates, where more only makes the file larger. */
export function round2(value: number): number {
  return Math.round(value * 100) / 100;
}

/** With spaces that do not break. */
function whole(text: string): string {
  return text.replaceAll(" ", "\u00A0");
}

function isDate(ms: number): boolean {
  return Math.abs(ms) <= DATE_MS_MAX;
}
