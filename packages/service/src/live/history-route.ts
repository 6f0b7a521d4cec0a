import { Type } from "typebox";
import type { ApiApp, ApiContext } from "../api/api-context.ts";
import { answers, Dependency, STRICT } from "../api/schemas.ts";
import { auditJson, isoOf } from "../api/wire.ts";
import { requireScope } from "../auth/auth.ts";
import { ProblemError } from "../problem.ts";
import { lookAt, secondsOf } from "./dependency-look.ts";
import { instantMs } from "./instant.ts";
import { nowOf, usualOf } from "./live-dependency.ts";
import { detectionClaim } from "./live-detection.ts";
import { Instant } from "./live-route.ts";
import { LiveHistorySchema } from "./live-schemas.ts";
import { auditBefore } from "./past-picture.ts";

/** As the engine keeps them. */
const KEPT_MS = 15 * 60_000;
const LOG_MAX = 200;

/** What was kept of one dependency: its seconds, what fired, what was decided. */
export function historyRoute(app: ApiApp, { coordinator }: ApiContext): void {
  const schema = {
    summary: "One dependency's past: its seconds, its detections, its log.",
    description:
      "Seconds are kept for 15 minutes, the last thousand resolved detections until a restart, the log for as long as the store keeps it.",
    tags: ["live"],
    querystring: Type.Object(
      {
        dependency: Dependency,
        from: Type.Optional({
          ...Instant,
          description: "Absent: as far back as seconds are kept.",
        }),
        to: Type.Optional({ ...Instant, description: "Absent: now." }),
      },
      STRICT,
    ),
    response: answers({ 200: LiveHistorySchema }),
  };
  app.get(
    "/v1/history",
    { onRequest: requireScope("read"), schema },
    async ({ tenant: name, query }, reply) => {
      const nowMs = coordinator.now();
      const tenant = coordinator.tenant(name);
      const { engine } = tenant;
      const { dependency } = query;
      const toMs = query.to === undefined ? nowMs : instantMs(query.to, "querystring.to");
      const fromMs =
        query.from === undefined ? toMs - KEPT_MS : instantMs(query.from, "querystring.from");
      if (fromMs > toMs)
        throw new ProblemError("ERR_REQUEST_INVALID", "querystring.from must not be after to.");
      const look = lookAt(engine, dependency, nowMs);
      if (look === undefined)
        throw new ProblemError("ERR_NOT_FOUND", "Nothing is known of this dependency.");
      const rows = await auditBefore(
        { store: coordinator.store, tenant },
        { atMs: toMs, fromMs, dependency, limit: LOG_MAX },
      );
      const detections = engine
        .detections()
        .filter((detection) => detection.dependency === dependency)
        .filter(
          ({ firedAtMs, resolvedAtMs }) =>
            firedAtMs !== null && firedAtMs <= toMs && (resolvedAtMs ?? Infinity) >= fromMs,
        )
        .toSorted((a, b) => a.startedAtMs - b.startedAtMs);
      reply.header("cache-control", "no-store");
      return {
        serverTime: isoOf(nowMs),
        dependency,
        from: isoOf(fromMs),
        to: isoOf(toMs),
        keptFrom: isoOf(nowMs - KEPT_MS),
        seconds: secondsOf(engine, dependency, { fromMs, toMs }).map((second) => ({
          ...nowOf(second, second),
          endsAt: isoOf(second.endMs),
        })),
        detections: detections.map(detectionClaim),
        log: rows.map(auditJson),
        usualMs: usualOf(look.usualLatencyMs),
      };
    },
  );
}
