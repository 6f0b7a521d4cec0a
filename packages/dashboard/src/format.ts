/** Numbers as a person under pressure reads them: two significant digits where it can, the unit always. */

const MISSING = "–";

export function duration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return MISSING;
  if (ms < 1) return "0 ms";
  if (ms < 999.5) return `${ms < 10 ? ms.toFixed(1).replace(/\.0$/, "") : Math.round(ms)} ms`;
  const seconds = ms / 1_000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 99.5) return `${Math.round(seconds)} s`;
  return longDuration(ms);
}

/** The coarsest, for a figure in passing: "88 min", "3.2 h". */
export function roughDuration(ms: number): string {
  const minutes = ms / 60_000;
  if (minutes < 2) return `${Math.round(ms / 1_000)} s`;
  return minutes < 120 ? `${Math.round(minutes)} min` : `${count(minutes / 60)} h`;
}

/** Coarse, for what lasts: "2 min 05 s", "3 h 10 min". */
export function longDuration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${pad(seconds % 60)} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${pad(minutes % 60)} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** Shares below half a percent that are not nothing say so: a calm zero must be a true one. */
export function percent(share: number): string {
  if (share <= 0) return "0%";
  if (share < 0.005) return "<1%";
  return `${Math.round(share * 100)}%`;
}

export function count(value: number): string {
  if (!Number.isFinite(value)) return MISSING;
  const size = Math.abs(value);
  if (size >= 999_500) return `${(value / 1e6).toFixed(1)} M`;
  if (size >= 9_999.5) return `${Math.round(value / 1e3)} k`;
  if (size >= 100 || Number.isInteger(value)) return Math.round(value).toLocaleString("en");
  return size >= 10 ? Math.round(value).toString() : value.toFixed(1);
}

/** How many times its usual. */
export function times(ratio: number): string {
  return ratio >= 9.95 ? `${Math.round(ratio)}×` : `${ratio.toFixed(1)}×`;
}

export function plural(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

/** The time of day, in the reader's zone, to the second. */
export function timeOfDay(ms: number): string {
  const date = new Date(ms);
  return `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
}

/** With the day, where it isn't today's. */
export function instant(ms: number, nowMs: number): string {
  const isToday = new Date(ms).toDateString() === new Date(nowMs).toDateString();
  if (isToday) return timeOfDay(ms);
  const date = new Date(ms);
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())} ${timeOfDay(ms)}`;
}

/** `3–5`, or `all`. */
export function priorities({ from, to }: { from: number; to: number }): string {
  if (from <= 1 && to >= 5) return "all priorities";
  return from === to ? `priority ${from}` : `priorities ${from}–${to}`;
}

function pad(value: number): string {
  return String(value).padStart(2, "0");
}
