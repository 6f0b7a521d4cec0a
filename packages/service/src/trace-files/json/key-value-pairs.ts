import type { JsonWindow } from "./json-window.ts";
import { KeySet, NONE } from "./key-set.ts";

const PAIR = new KeySet(["key", "value"]);
const KEY = 0;
const VALUE = 1;

/** Walks a list of pairs, as `readPair` does each. */
export function eachPair(window: JsonWindow, keys: KeySet, read: (key: number) => void): void {
  if (!window.openList()) return;
  while (window.nextItem()) readPair(window, keys, read);
}

/**
 * Walks one `{ "key", "value" }`, whatever else is in it and in whatever order. `read` is told which of the keys it is, with the
 * window at the value, which it must read or skip; a value under any other key is stepped over.
 */
export function readPair(window: JsonWindow, keys: KeySet, read: (key: number) => void): void {
  let key = NONE;
  let valueAt = -1;
  let valueLine = 0;
  if (!window.openObject()) return;
  while (window.nextKey()) {
    const part = window.which(PAIR);
    if (part === KEY && window.isString()) {
      window.text();
      key = window.which(keys);
      continue;
    }
    if (part === VALUE) {
      valueAt = window.pos;
      valueLine = window.line;
    }
    window.skip();
  }
  if (key === NONE || valueAt < 0) return;
  // Only now is it known whether the value may be read.
  const { pos, line } = window;
  window.pos = valueAt;
  window.line = valueLine;
  read(key);
  window.pos = pos;
  window.line = line;
}
