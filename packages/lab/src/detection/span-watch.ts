import type { Alarm } from "./protocol.ts";
import type { Second } from "./span-reports.ts";

/** Whatever listens to the reports of a fleet and raises alarms: the engine, or a rival. */
export interface SpanWatch {
  /** Alarms that begin in this second. */
  observe(second: Second): readonly Alarm[];
  /** One that knows the same and goes its own way from here. */
  fork(): SpanWatch;
}

export function serviceOf(dependency: string): string {
  return dependency.slice(dependency.indexOf(":") + 1);
}
