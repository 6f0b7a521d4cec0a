/** A number in a sentence: two digits of it mean something, and never an exponent where people read it. */
export function figure(value: number): string {
  return String(Number(value.toPrecision(2)));
}
