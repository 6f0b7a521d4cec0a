import type { LiveAction, LiveDetection } from "@headway/service/live";
import { nameOf } from "../names.ts";
import { isTroubled } from "../world/world.ts";
import type { Row, World } from "../world/world.ts";
import { actionOf, rootCauses } from "./trouble.ts";

/** `warn`: slower than it should be. `bad`: calls fail. */
export type Tone = "calm" | "recovering" | "warn" | "bad" | "unknown";

export interface Headline {
  readonly tone: Tone;
  readonly title: string;
  /** What the plot and the buttons are about; null while there is nothing to look at. */
  readonly row: Row | null;
  /** Nothing that it calls explains its trouble. */
  readonly isCause: boolean;
  /** The claim that says it best. */
  readonly evidence: LiveDetection | null;
  readonly action: LiveAction | null;
  /** Callers that its trouble has reached. */
  readonly reached: readonly string[];
  /** Other troubles, which this one does not explain. */
  readonly others: readonly Row[];
}

/** Which claim is news: that calls fail before that they are slow, before what follows from either. */
const WORDS: ReadonlyMap<string, string> = new Map([
  ["failing", "is failing"],
  ["throttled", "is throttling its callers"],
  ["degraded", "is slow"],
  ["retry_storm", "is under a retry storm"],
  ["saturation", "is saturated"],
  ["fanout", "is called in a widening fan-out"],
  ["loop", "is called in a loop"],
  ["cascade", "spreads its trouble"],
]);
const KINDS = [...WORDS.keys()];

/** One sentence for five seconds: the root cause before what it drags along, the worst before the rest. */
export function headline(world: World, rows: readonly Row[]): Headline {
  const troubled = rows.filter(isTroubled);
  const worst = troubled.find(({ rootCause, id }) => rootCause === null || rootCause === id);
  const row = worst ?? troubled[0];
  if (row === undefined) return calm(rows);
  const evidence = telling(world.detections.filter(({ dependency }) => dependency === row.id));
  const isBad = row.state === "failing" || evidence?.kind === "failing";
  const verb = WORDS.get(evidence?.kind ?? "") ?? (isBad ? "is failing" : "is slow");
  const isReached = (other: Row): boolean => other.rootCause === row.id && other !== row;
  return {
    tone: isBad ? "bad" : "warn",
    title: `${nameOf(row.id)} ${verb}`,
    row,
    isCause: rootCauses(world).has(row.id),
    evidence,
    action: actionOf(row),
    reached: rows.filter(isReached).map(({ id }) => id),
    others: troubled.filter((other) => other !== row && !isReached(other)),
  };
}

function calm(rows: readonly Row[]): Headline {
  const none = { row: null, isCause: false, evidence: null, action: null, reached: [], others: [] };
  if (rows.length === 0)
    return { ...none, tone: "unknown", title: "Nothing has been reported yet" };
  const recovering = rows.find(({ state }) => state === "recovering");
  if (recovering !== undefined) {
    const title = `${nameOf(recovering.id)} is recovering`;
    return { ...none, tone: "recovering", title, row: recovering, action: actionOf(recovering) };
  }
  // A hand that was forgotten is what there is to know of a calm fleet.
  const overruled = rows.find(({ override }) => override !== null) ?? null;
  const about = { row: overruled, action: overruled && actionOf(overruled) };
  const isKnown = rows.some(({ state }) => state === "healthy");
  return isKnown
    ? { ...none, ...about, tone: "calm", title: "Nothing is wrong" }
    : { ...none, ...about, tone: "unknown", title: "Learning what is usual" };
}

export function telling(detections: readonly LiveDetection[]): LiveDetection | null {
  const rank = ({ kind }: LiveDetection): number =>
    KINDS.includes(kind) ? KINDS.indexOf(kind) : KINDS.length;
  return detections.toSorted((a, b) => rank(a) - rank(b))[0] ?? null;
}
