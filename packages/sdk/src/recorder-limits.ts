import { RECORDER_LIMITS } from "@headway/core/signals";
import type { RecorderLimits } from "@headway/core/signals";
import { atLeast } from "./config-range.ts";

/**
 * The recorder's bounds as they are wanted; one that is left out, or undefined, is the default.
 * @throws {HeadwayError} `ERR_CONFIG_RANGE`
 */
export function recorderLimits(
  limits: Partial<RecorderLimits> = {},
  dependenciesMax = RECORDER_LIMITS.dependencies,
): RecorderLimits {
  const wanted = Object.entries(limits).filter(([, bound]) => bound !== undefined);
  for (const [name, bound] of wanted) atLeast(`limits.${name}`, bound, 1);
  return {
    ...RECORDER_LIMITS,
    dependencies: dependenciesMax,
    ...Object.fromEntries(wanted),
  };
}
