/** Reads back the plain JSON that a detector's `state` gave. What does not fit is `undefined`, never an exception. */

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The member of an object, `undefined` where there is no such object or member of its own. */
export function memberOf(value: unknown, key: string): unknown {
  return isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** The named members, provided that all of them are finite numbers. */
export function numbersOf<Key extends string>(
  value: unknown,
  keys: readonly Key[],
): Record<Key, number> | undefined {
  const members: unknown = Object.fromEntries(keys.map((key) => [key, memberOf(value, key)]));
  return areNumbers(members, keys) ? members : undefined;
}

/** An array of finite numbers with at most `lengthMax` entries. */
export function numberArrayOf(value: unknown, lengthMax: number): number[] | undefined {
  return Array.isArray(value) && value.length <= lengthMax && value.every(isFiniteNumber)
    ? [...value]
    : undefined;
}

export function isFiniteNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function areNumbers<Key extends string>(
  value: unknown,
  keys: readonly Key[],
): value is Record<Key, number> {
  return isRecord(value) && keys.every((key) => isFiniteNumber(value[key]));
}
