import type { Override } from "./decision.ts";
import {
  dependencyRecord,
  openByDependency,
  overrideRecord,
  parseOverride,
} from "./engine-records.ts";
import type { EngineRecord } from "./engine-types.ts";
import type { Overrides } from "./overrides.ts";
import type { WatchedDependency } from "./watched-dependency.ts";

const DEPENDENCY_KEY = "dep:";
const OVERRIDE_KEY = "override:";

const VERSION_KEY = "engine:version";

/** Baselines move all the time. Their dependencies take turns: at least so many at once … */
const TURN_MIN = 200;
/** … or this part of those whose turn has not come, so that a turn comes every twelfth time however many they are … */
const TURN_PART = 12;
/** … but no more than this, which takes some 20 ms. */
const TURN_MAX = 1_000;

/** Versions that were told but not yet written when the process died are fewer than this. */
const VERSIONS_UNSAVED_MAX = 10_000;

/**
 * Which of the engine's records changed since a store last took them. What a person would miss is given at once; what
 * merely moved, in turns.
 */
export class UnsavedRecords {
  readonly #dependencies = new Set<string>();
  readonly #urgent = new Set<string>();
  readonly #overrides = new Set<string>();
  #version: number | undefined;

  dependency(id: string): void {
    this.#dependencies.add(id);
  }

  /** Its decisions or detections changed, or are open. */
  urgent(id: string): void {
    this.#urgent.add(id);
  }

  override(dependency: string): void {
    this.#overrides.add(dependency);
  }

  take(
    watchedOf: (id: string) => WatchedDependency | undefined,
    overrides: Overrides,
    { detections, version, all }: { detections: unknown; version: number; all: boolean },
    nowMs: number,
  ): EngineRecord[] {
    const open = openByDependency(detections);
    const records: EngineRecord[] = [];
    for (const id of this.#takeDependencies(all)) {
      const watched = watchedOf(id);
      const value = watched && dependencyRecord(watched, open.get(id) ?? [], nowMs);
      records.push({ key: `${DEPENDENCY_KEY}${id}`, value });
    }
    for (const id of this.#overrides) {
      const override = overrides.get(id);
      records.push({
        key: `${OVERRIDE_KEY}${id}`,
        value: override && overrideRecord(override, nowMs),
      });
    }
    this.#overrides.clear();
    if (this.#version !== version) records.push({ key: VERSION_KEY, value: version });
    this.#version = version;
    return records;
  }

  /** Those whose turn it is were changed the longest ago: a Set keeps the order in which they came. */
  #takeDependencies(all: boolean): ReadonlySet<string> {
    const waiting = this.#dependencies.size;
    const turn = Math.min(Math.max(Math.ceil(waiting / TURN_PART), TURN_MIN), TURN_MAX);
    const taken = new Set([...this.#urgent].filter((id) => this.#dependencies.has(id)));
    let left = all ? waiting : turn;
    for (const id of this.#dependencies) {
      if (left <= 0) break;
      taken.add(id);
      left -= 1;
    }
    this.#urgent.clear();
    for (const id of taken) this.#dependencies.delete(id);
    return taken;
  }
}

export function dependencyRecords(
  records: readonly EngineRecord[],
): { id: string; value: unknown }[] {
  return records
    .filter(({ key, value }) => key.startsWith(DEPENDENCY_KEY) && value !== undefined)
    .map(({ key, value }) => ({ id: key.slice(DEPENDENCY_KEY.length), value }));
}

/** Above every version that an engine before this one has told anybody; 0 where there was none. */
export function versionFloor(records: readonly EngineRecord[]): number {
  const { value } = records.find(({ key }) => key === VERSION_KEY) ?? {};
  return Number.isSafeInteger(value) ? Number(value) + VERSIONS_UNSAVED_MAX : 0;
}

/** Those that still run. */
export function overrideRecords(records: readonly EngineRecord[], nowMs: number): Override[] {
  return records
    .filter(({ key }) => key.startsWith(OVERRIDE_KEY))
    .flatMap(({ value }) => parseOverride(value, nowMs) ?? [])
    .filter(({ untilMs }) => untilMs > nowMs);
}
