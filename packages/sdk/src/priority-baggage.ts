import { PRIORITIES } from "@headway/core/signals";
import type { Priority } from "@headway/core/signals";
import { withContext } from "./call-context.ts";
import { activeContext, withContextValue } from "./otel-global.ts";

const BAGGAGE = Symbol.for("OpenTelemetry Baggage Key");
const ENTRY = "headway.priority";

/** A list-member of a W3C baggage header; its value may be followed by properties. */
const MEMBER = /(?:^|,)\s*headway\.priority\s*=\s*([1-5])\s*(?=[;,]|$)/;

interface BaggageEntry {
  readonly value: string;
}

interface Baggage {
  getEntry(key: string): BaggageEntry | undefined;
  getAllEntries(): [string, BaggageEntry][];
  setEntry(key: string, entry: BaggageEntry): Baggage;
  removeEntry(key: string): Baggage;
  removeEntries(...keys: string[]): Baggage;
  clear(): Baggage;
}

/**
 * Runs `fn` at a priority: 1 critical to 5 background. Calls in it inherit that; where OpenTelemetry is set up it also goes
 * into the W3C baggage as `headway.priority`, so that the processes which `fn` calls inherit it too.
 */
export function withPriority<T>(priority: Priority, fn: () => T): T {
  const baggage = activeBaggage() ?? EntryBaggage.empty;
  return withContextValue(BAGGAGE, baggage.setEntry(ENTRY, { value: String(priority) }), () =>
    withContext({ priority }, fn),
  );
}

/** The priority that the process which called this one gave along, if any. */
export function baggagePriority(): Priority | undefined {
  return parsePriority(activeBaggage()?.getEntry(ENTRY)?.value);
}

/** For a process without OpenTelemetry: the priority in the `baggage` header of a request that it serves. */
export function priorityOfHeader(baggage: string): Priority | undefined {
  return parsePriority(MEMBER.exec(baggage)?.[1]);
}

/** For a process without OpenTelemetry: the `baggage` header that passes `priority` on. */
export function priorityHeader(priority: Priority): string {
  return `${ENTRY}=${priority}`;
}

function parsePriority(value: string | undefined): Priority | undefined {
  return PRIORITIES.find((priority) => String(priority) === value);
}

function activeBaggage(): Baggage | undefined {
  const baggage = activeContext()?.getValue(BAGGAGE);
  return isBaggage(baggage) ? baggage : undefined;
}

function isBaggage(value: unknown): value is Baggage {
  return (
    typeof value === "object" &&
    value !== null &&
    typeof Reflect.get(value, "getEntry") === "function" &&
    typeof Reflect.get(value, "setEntry") === "function"
  );
}

/** A first baggage, for a context that has none yet; OpenTelemetry's own class can't be had without importing it. */
class EntryBaggage implements Baggage {
  static readonly empty = new EntryBaggage(new Map());
  readonly #entries: ReadonlyMap<string, BaggageEntry>;

  constructor(entries: ReadonlyMap<string, BaggageEntry>) {
    this.#entries = entries;
  }

  getEntry(key: string): BaggageEntry | undefined {
    return this.#entries.get(key);
  }

  getAllEntries(): [string, BaggageEntry][] {
    return [...this.#entries];
  }

  setEntry(key: string, entry: BaggageEntry): Baggage {
    return new EntryBaggage(new Map(this.#entries).set(key, entry));
  }

  removeEntry(key: string): Baggage {
    return this.removeEntries(key);
  }

  removeEntries(...keys: string[]): Baggage {
    return new EntryBaggage(new Map([...this.#entries].filter(([key]) => !keys.includes(key))));
  }

  clear(): Baggage {
    return EntryBaggage.empty;
  }
}
