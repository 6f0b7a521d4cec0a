/** Three figures are enough to look at. */
export function milliseconds(ms: number | null): string {
  if (ms === null) return "-";
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  return `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s`;
}

export function share(part: number): string {
  if (part === 0) return "-";
  return part < 0.01 ? "<1%" : `${Math.round(part * 100)}%`;
}

export function perSecond(rate: number): string {
  if (rate === 0) return "-";
  return rate < 10 ? rate.toFixed(1) : String(Math.round(rate));
}

/** A bound is a whole number of places and a part of one, which comes round in turn. */
export function boundText(bound: number | null): string {
  return bound === null
    ? "-"
    : String(bound < 10 ? Math.floor(bound * 10) / 10 : Math.floor(bound));
}

/** How long until an instant, by the service's own clock. */
export function untilText(until: string, serverTime: string): string {
  const seconds = Math.ceil((Date.parse(until) - Date.parse(serverTime)) / 1_000);
  if (!Number.isFinite(seconds)) return "-";
  if (seconds <= 0) return "now";
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7_200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3_600)} h`;
}

/** The time of day of an instant, here. */
export function clockText(instant: string): string {
  const date = new Date(instant);
  return Number.isNaN(date.getTime()) ? "-" : date.toTimeString().slice(0, 8);
}
