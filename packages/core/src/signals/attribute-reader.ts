import type { AttributeKey, ResourceKey } from "./allow-list.ts";

export type AttributeBag = Readonly<Record<string, unknown>>;

/** Longer values are cut: a name that long is not one, and what we keep must stay small. */
export const ATTRIBUTE_LENGTH_MAX = 256;

/** The one place where a bag is indexed. Anything but a string that holds something counts as absent. */
export function readString(bag: AttributeBag, key: AttributeKey | ResourceKey): string | undefined {
  const value = bag[key];
  if (typeof value !== "string" || value.length === 0) return undefined;
  return value.length > ATTRIBUTE_LENGTH_MAX ? value.slice(0, ATTRIBUTE_LENGTH_MAX) : value;
}

/** The first of the aliases that is set. */
export function readFirst(
  bag: AttributeBag,
  keys: readonly (AttributeKey | ResourceKey)[],
): string | undefined {
  for (const key of keys) {
    const value = readString(bag, key);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** Whole numbers also come as strings (OTLP/JSON writes 64-bit integers so) and as bigint. */
export function readInteger(bag: AttributeBag, key: AttributeKey): number | undefined {
  const value = bag[key];
  if (typeof value === "number") return Number.isInteger(value) ? value : undefined;
  if (typeof value === "bigint") return Number(value);
  if (typeof value !== "string" || value.length > 16 || !/^-?\d+$/.test(value)) return undefined;
  return Number(value);
}

export function readFirstInteger(
  bag: AttributeBag,
  keys: readonly AttributeKey[],
): number | undefined {
  for (const key of keys) {
    const value = readInteger(bag, key);
    if (value !== undefined) return value;
  }
  return undefined;
}
