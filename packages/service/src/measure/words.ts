/** Numbers as a person reads them. The same everywhere in a report, whatever the machine's locale. */

export function countWord(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

/** `3.2 s`, `410 ms`, `4 min 10 s`, `3 h 5 min`. */
export function durationWord(ms: number): string {
  if (ms < 1) return `${trimmed(ms, 2)} ms`;
  if (ms < 999.5) return `${trimmed(ms, ms < 10 ? 1 : 0)} ms`;
  if (ms < 99_500) return `${trimmed(ms / 1_000, ms < 9_950 ? 1 : 0)} s`;
  const minutes = Math.round(ms / 60_000);
  if (ms < 5_970_000) return minutes < 10 ? minutesWord(ms) : `${minutes} min`;
  const hours = ms / 3_600_000;
  return hours < 100 ? `${trimmed(hours, 1)} h` : `${countWord(hours)} h`;
}

export function percentWord(share: number): string {
  const percent = share * 100;
  if (percent > 0 && percent < 0.1) return "< 0.1 %";
  return `${trimmed(percent, percent < 10 ? 1 : 0)} %`;
}

export function timesWord(factor: number): string {
  return `${trimmed(factor, factor < 10 ? 2 : 1)}×`;
}

export function moneyWord(amount: number, currency: string): string {
  const digits = Math.abs(amount) >= 100 ? 0 : Math.abs(amount) >= 0.01 ? 2 : 4;
  const [whole = "0", part] = amount.toFixed(digits).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  return `${part === undefined ? grouped : `${grouped}.${part}`} ${currency}`;
}

export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${countWord(count)} ${count === 1 ? one : many}`;
}

/** `10:15:30` of the day in UTC, with tenths where they matter. */
export function clockWord(ms: number): string {
  return Number.isFinite(ms) && Math.abs(ms) < 8.64e15
    ? new Date(ms).toISOString().slice(11, 19)
    : "?";
}

export function dayWord(ms: number): string {
  return Number.isFinite(ms) && Math.abs(ms) < 8.64e15
    ? new Date(ms).toISOString().slice(0, 10)
    : "?";
}

function minutesWord(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  const rest = seconds % 60;
  const minutes = Math.floor(seconds / 60);
  return rest === 0 ? `${minutes} min` : `${minutes} min ${rest} s`;
}

function trimmed(value: number, digits: number): string {
  const text = value.toFixed(digits);
  return digits === 0 ? text : text.replace(/\.?0+$/, "");
}
