import { ProblemError } from "../problem.ts";
import { PAGE_LIMIT_DEFAULT } from "./schemas.ts";

export interface Page<Item> {
  readonly items: Item[];
  readonly next: string | null;
}

export interface PageOptions {
  readonly limit?: number;
  readonly cursor?: string;
}

/**
 * A page of what is sorted ascending by `keyOf`, whose keys are unique. The cursor is the last key given out, so what
 * comes and goes between two pages neither repeats nor hides the rest.
 */
export function pageOfSorted<Item>(
  sorted: readonly Item[],
  keyOf: (item: Item) => string,
  { limit = PAGE_LIMIT_DEFAULT, cursor }: PageOptions,
): Page<Item> {
  const after = cursor === undefined ? undefined : decodeCursor(cursor);
  const rest = after === undefined ? sorted : sorted.filter((item) => keyOf(item) > after);
  const items = rest.slice(0, limit);
  const last = items.at(-1);
  return {
    items,
    next: rest.length > limit && last !== undefined ? encodeCursor(keyOf(last)) : null,
  };
}

/** Opaque, so that nobody builds one and we may change what is in it. */
export function encodeCursor(key: string): string {
  return Buffer.from(key, "utf8").toString("base64url");
}

export function decodeCursor(cursor: string): string {
  const key = Buffer.from(cursor, "base64url").toString("utf8");
  if (encodeCursor(key) !== cursor) {
    throw new ProblemError("ERR_REQUEST_INVALID", "cursor must be the `next` of the page before.");
  }
  return key;
}

/** By code units, as `pageOfSorted` compares: a locale's order would differ between two machines. */
export function byKey<Item>(keyOf: (item: Item) => string): (a: Item, b: Item) => number {
  return (a, b) => {
    const left = keyOf(a);
    const right = keyOf(b);
    return left < right ? -1 : Number(left > right);
  };
}
