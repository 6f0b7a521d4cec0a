export interface NumberRange {
  readonly min: number;
  readonly max: number;
  readonly integer?: boolean;
}

export function isInRange(value: number, { min, max, integer = false }: NumberRange): boolean {
  return value >= min && value <= max && (!integer || Number.isInteger(value));
}

export function describeRange({ min, max, integer = false }: NumberRange): string {
  return `${integer ? "an integer" : "a number"} between ${min} and ${max}`;
}
