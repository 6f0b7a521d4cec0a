import { HeadwayError } from "@headway/core/signals";

/** @throws {HeadwayError} `ERR_CONFIG_RANGE` for a number below `min`, and for one that is none: every comparison with it fails. */
export function atLeast(name: string, value: number | undefined, min: number): void {
  if (value === undefined || value >= min) return;
  throw new HeadwayError("ERR_CONFIG_RANGE", `${name} must be at least ${min}, got ${value}`);
}

/** As `atLeast` for what a caller has left, which may have run out: below 0 is no mistake. */
export function aNumber(name: string, value: number | undefined): void {
  if (value === undefined || !Number.isNaN(value)) return;
  throw new HeadwayError("ERR_CONFIG_RANGE", `${name} must be a number, got ${value}`);
}
