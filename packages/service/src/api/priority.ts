import { PRIORITIES, PRIORITY_DEFAULT } from "@headway/core/signals";
import type { Priority } from "@headway/core/signals";

/** A checked number as the type core wants. */
export function priorityOf(value: number | undefined): Priority {
  return PRIORITIES.find((priority) => priority === value) ?? PRIORITY_DEFAULT;
}
