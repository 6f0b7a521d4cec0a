/** Four digits: more than what was measured has, and a number that did not move is not sent again. */
const DIGITS = 4;

export function rounded(value: number): number {
  if (Number.isInteger(value) && Math.abs(value) < 10 ** DIGITS) return value;
  return Number(value.toPrecision(DIGITS));
}

export function roundedOrNull(value: number | null | undefined): number | null {
  return value === null || value === undefined || !Number.isFinite(value) ? null : rounded(value);
}
