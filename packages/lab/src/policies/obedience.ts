import type { Attempt, AttemptEnd, Guard, Passage, Policy } from "./policy.ts";

/** Every n-th process does not obey, so that their number is the share exactly, and not what chance makes of it. */
export function obeys(process: number, disobeying: number): boolean {
  return Math.floor((process + 1) * disobeying) === Math.floor(process * disobeying);
}

/**
 * What stands before the calls of a process. One that does not obey has no policy: it calls at once and repeats as it is configured,
 * and a coordinator that all others' calls pass sees none of its. A policy of which only decisions travel sees to it itself:
 * there such a process reports all the same. What stands inside a dependency cannot be passed by.
 */
export function guardOf(
  { kind, isInside = false }: Pick<Policy, "kind" | "isInside">,
  guard: Guard,
  isObeying: boolean,
): Guard {
  return isObeying || kind === "decisions" || isInside ? guard : UNGUARDED;
}

const UNGUARDED: Guard = {
  request(_attempt: Attempt, { go }: Passage): void {
    go();
  },
  withdraw(): void {},
  ended(): void {},
  retryAfter(_attempt: Attempt, _end: AttemptEnd, backoffMs: number): number {
    return backoffMs;
  },
};
