import { expect, it } from "vitest";
import { figure } from "./figure.ts";

it.each([
  [100, "100"],
  [99.6, "100"],
  [7_660.7, "7700"],
  [0.000271, "0.00027"],
  [1.04, "1"],
  [0, "0"],
])("says %f as %s", (value, said) => {
  expect(figure(value)).toBe(said);
});
