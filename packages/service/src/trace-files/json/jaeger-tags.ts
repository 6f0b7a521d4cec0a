import type { JsonWindow } from "./json-window.ts";
import { KeySet, NONE } from "./key-set.ts";

const TAG = new KeySet(["key", "value"]);
const KEY = 0;

/**
 * Walks Jaeger's `[{ "key", "type", "value" }]`. `read` is told which of the keys it is, with the window at the value, which
 * it must read or skip; a value under any other key is stepped over.
 */
export function eachTag(window: JsonWindow, keys: KeySet, read: (key: number) => void): void {
  if (!window.openList()) return;
  while (window.nextItem()) oneTag(window, keys, read);
}

function oneTag(window: JsonWindow, keys: KeySet, read: (key: number) => void): void {
  let key = NONE;
  let valueAt = -1;
  let valueLine = 0;
  if (!window.openObject()) return;
  while (window.nextKey()) {
    const part = window.which(TAG);
    if (part === KEY && window.isString()) {
      window.text();
      key = window.which(keys);
      continue;
    }
    if (part !== NONE) {
      valueAt = window.pos;
      valueLine = window.line;
    }
    window.skip();
  }
  if (key === NONE || valueAt < 0) return;
  const { pos, line } = window;
  window.pos = valueAt;
  window.line = valueLine;
  read(key);
  window.pos = pos;
  window.line = line;
}
