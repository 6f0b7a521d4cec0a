import { expect, it } from "vitest";
import { isEarly } from "./beat.ts";

it.each([
  [250, true],
  [899, true],
  [900, false],
  [1_000, false],
])("a report over %i of 1,000 ms was flushed early: %s", (windowMs, early) => {
  expect(isEarly({ windowMs }, 1_000)).toBe(early);
});
