import type { Random } from "@headway/core";
import type { BackoffSpec } from "../scenario/scenario.ts";

/** How long to wait before the n-th retry, n from 1. */
export type Backoff = (retry: number) => number;

export function createBackoff(spec: BackoffSpec, random: Random): Backoff {
  switch (spec.kind) {
    case "none":
      return () => 0;
    case "fixed":
      return () => spec.ms;
    case "exponential": {
      const { baseMs, factor, maxMs, jitter } = spec;
      return (retry) => Math.min(maxMs, baseMs * factor ** (retry - 1)) * (1 - jitter * random());
    }
  }
}
