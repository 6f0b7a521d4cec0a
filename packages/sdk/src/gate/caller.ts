import type { Priority } from "@headway/core/signals";

/** Who asks, as far as decisions tell callers apart. */
export interface Caller {
  readonly priority: Priority;
  readonly agent: string | undefined;
}
