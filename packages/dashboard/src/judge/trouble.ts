import type { LiveAction } from "@headway/service/live";
import { isTroubled } from "../world/world.ts";
import type { Row, World } from "../world/world.ts";

/**
 * Every dependency, the one to look at first on top. Within a fifth of severity the order is by name and not by rate, so
 * that rows stand still under the reader's eye.
 */
export function byTrouble({ rows }: World): readonly Row[] {
  return [...rows.values()].toSorted(
    (a, b) => step(b) - step(a) || Number(b.isRoot) - Number(a.isRoot) || (a.id < b.id ? -1 : 1),
  );
}

function step({ trouble }: Row): number {
  return Math.round(trouble * 5);
}

/** A standing bound keeps a healthy fleet from filling a queue. It is there all the time and is no news. */
export function isStanding({ reason }: LiveAction): boolean {
  return reason.code === "standing_bound";
}

/** What speaks for a row: the operator's hand before the engine's, and what is news before what stands. */
export function actionOf({ actions }: Row): LiveAction | null {
  const override = actions.find(({ reason }) => reason.code === "override");
  return override ?? actions.find((action) => !isStanding(action)) ?? actions[0] ?? null;
}

/**
 * What others' trouble is explained by: the service says so of a cascade; and of one that is in trouble alone, while all
 * that it calls is well, it is as true.
 */
export function rootCauses({ rows, edges }: World): ReadonlySet<string> {
  const explained = new Set<string>();
  for (const { from, to } of edges) {
    const callee = rows.get(to);
    if (from !== to && callee !== undefined && isTroubled(callee)) explained.add(from);
  }
  const roots = new Set<string>();
  for (const row of rows.values()) {
    const isOwn = row.rootCause === null || row.rootCause === row.id;
    if (row.isRoot || (isTroubled(row) && isOwn && !explained.has(row.id))) roots.add(row.id);
  }
  return roots;
}
