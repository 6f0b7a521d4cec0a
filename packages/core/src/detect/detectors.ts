import { Degraded } from "./degraded.ts";
import type { Detector } from "./detector.ts";
import { Failing } from "./failing.ts";
import { Fanout } from "./fanout.ts";
import { Loop } from "./loop.ts";
import { Recovered } from "./recovered.ts";
import { RetryStorm } from "./retry-storm.ts";
import { Saturation } from "./saturation.ts";
import { Throttled } from "./throttled.ts";

/** The detectors of one dependency: a new set for each. `cascade` is not among them, for it looks across dependencies. */
export function createDetectors(): Detector[] {
  return [
    new Degraded(),
    new Failing(),
    new Throttled(),
    new RetryStorm(),
    new Saturation(),
    new Fanout(),
    new Loop(),
    new Recovered(),
  ];
}
