import { Type } from "typebox";
import { requireScope } from "../auth/auth.ts";
import { ProblemError } from "../problem.ts";
import type { ApiApp, ApiContext } from "./api-context.ts";
import { decodeCursor, encodeCursor } from "./page.ts";
import {
  answers,
  Audit,
  Dependency,
  Name,
  PAGE_LIMIT_DEFAULT,
  pageOf,
  PageQuery,
  STRICT,
} from "./schemas.ts";
import { auditJson } from "./wire.ts";

export function auditRoute(app: ApiApp, { coordinator }: ApiContext): void {
  const schema = {
    summary: "What Headway and its operators did, newest first.",
    tags: ["known"],
    querystring: Type.Object(
      { dependency: Type.Optional(Dependency), kind: Type.Optional(Name), ...PageQuery },
      STRICT,
    ),
    response: answers({ 200: pageOf(Audit) }),
  };
  app.get("/v1/audit", { onRequest: requireScope("read"), schema }, async ({ tenant, query }) => {
    const { limit = PAGE_LIMIT_DEFAULT, cursor, dependency, kind } = query;
    // One more than asked for says whether there is a next page.
    const rows = await coordinator.store.audit({
      tenant,
      limit: limit + 1,
      ...(cursor === undefined ? {} : { before: sequenceOf(cursor) }),
      ...(dependency === undefined ? {} : { dependency }),
      ...(kind === undefined ? {} : { kind }),
    });
    const items = rows.slice(0, limit);
    const last = items.at(-1);
    const next =
      rows.length > limit && last !== undefined ? encodeCursor(String(last.sequence)) : null;
    return { items: items.map(auditJson), next };
  });
}

function sequenceOf(cursor: string): number {
  const sequence = Number(decodeCursor(cursor));
  if (Number.isSafeInteger(sequence) && sequence > 0) return sequence;
  throw new ProblemError("ERR_REQUEST_INVALID", "cursor must be the `next` of the page before.");
}
