const NUMBER = new Intl.NumberFormat("en-US");

export function listed(count: number): string {
  return NUMBER.format(count);
}

export function counted(count: number, one: string, many: string): string {
  return `${listed(count)} ${count === 1 ? one : many}`;
}

export function percent(share: number): string {
  const value = share * 100;
  return `${value > 0 && value < 9.95 ? value.toFixed(1) : Math.round(value)} %`;
}

/** Of an RFC 3339 instant, the time of day to a tenth of a second. */
export function moment(instant: string): string {
  return instant.slice(11, 21);
}

export function until(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / 1_000;
}

export function duration(seconds: number): string {
  if (seconds < 120) return `${seconds.toFixed(1)} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3_600).toFixed(1)} h`;
}
