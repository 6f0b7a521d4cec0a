import type { LiveAction, LiveShape } from "@headway/service/live";
import { count, priorities } from "../format.ts";

/** What is done, to whom, as the end of a sentence that begins with who does it. */
export function sayAction({ action, priority, shape }: Spoken): string {
  const who = priorities(priority);
  switch (action) {
    case "hold":
      return `holds ${who} back`;
    case "defer":
      return `puts ${who} off`;
    case "shed":
      return `turns ${who} away`;
    case "shape":
    case "limit":
      return `limits ${who} to ${sayShape(shape)}`;
    default:
      return `lets ${who} through`;
  }
}

type Spoken = Pick<LiveAction, "action" | "priority" | "shape">;

/** The same in the words of a table's cell. */
export function sayActionShortly({ action, priority, shape }: Spoken): string {
  const isAll = priority.from <= 1 && priority.to >= 5;
  const who = isAll ? "" : ` p${rangeOf(priority)}`;
  return action === "shape" ? `limit ${sayShape(shape)}${who}` : `${action}${who}`;
}

export function sayShape({ concurrency, ratePerSecond, fanOut, retries }: LiveShape = {}): string {
  const parts = [
    concurrency === undefined ? "" : `${count(Math.round(concurrency))} at once`,
    ratePerSecond === undefined ? "" : `${count(ratePerSecond)}/s`,
    fanOut === undefined ? "" : `fan-out ${count(fanOut)}`,
    retries === undefined ? "" : retries === 0 ? "no retries" : `${count(retries)} retries`,
  ].filter((part) => part !== "");
  return parts.length === 0 ? "what it is given" : parts.join(", ");
}

function rangeOf({ from, to }: Spoken["priority"]): string {
  return from === to ? `${from}` : `${from}–${to}`;
}
