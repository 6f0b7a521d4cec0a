import { Type } from "typebox";
import type { ApiApp, ApiContext } from "../api/api-context.ts";
import { answers, Dependency, PriorityNumber, STRICT } from "../api/schemas.ts";
import { isoOf } from "../api/wire.ts";
import { requireScope } from "../auth/auth.ts";
import { ProblemError } from "../problem.ts";
import { lookAt } from "./dependency-look.ts";
import { actionsOf, liveOverride } from "./live-dependency.ts";
import { OverridePreviewSchema } from "./live-schemas.ts";
import { previewSentences } from "./preview-sentences.ts";
import { rounded } from "./rounded.ts";

const PRIORITIES = [1, 2, 3, 4, 5] as const;

const PreviewQuery = Type.Object(
  {
    action: Type.Optional(
      Type.Union([Type.Literal("hold"), Type.Literal("proceed"), Type.Literal("limit")]),
    ),
    from: Type.Optional({ ...PriorityNumber, description: "Priorities from; 1 where absent." }),
    to: Type.Optional({ ...PriorityNumber, description: "Priorities to; 5 where absent." }),
    concurrency: Type.Optional(Type.Number({ minimum: 0, description: "Of a limit." })),
    ratePerSecond: Type.Optional(Type.Number({ minimum: 0, description: "Of a limit." })),
  },
  STRICT,
);

/** What an operator is about to do to whom. Changes nothing, so `read` is enough. */
export function previewRoute(app: ApiApp, { coordinator }: ApiContext): void {
  const schema = {
    summary: "What an override would affect, as things stand.",
    description: "Changes nothing. Slashes in the id must be encoded.",
    tags: ["overrides"],
    params: Type.Object({ dependency: Dependency }),
    querystring: PreviewQuery,
    response: answers({ 200: OverridePreviewSchema }),
  };
  app.get(
    "/v1/overrides/:dependency/preview",
    { onRequest: requireScope("read"), schema },
    ({ tenant: name, params: { dependency }, query }, reply) => {
      const { from = 1, to = 5, ...question } = query;
      if (from > to)
        throw new ProblemError("ERR_REQUEST_INVALID", "querystring.from must be at most to.");
      const nowMs = coordinator.now();
      const tenant = coordinator.tenant(name);
      const { engine } = tenant;
      const look = lookAt(engine, dependency, nowMs);
      const signals = engine.dependency(dependency)?.signals;
      const override = engine.overrides().find((entry) => entry.dependency === dependency);
      const outranked = engine
        .decisions()
        .filter(({ scope }) => scope.dependency === dependency)
        .filter(({ scope: { priority } }) => priority.from >= from && priority.to <= to);
      const facts = {
        serverTime: isoOf(nowMs),
        dependency,
        callsPerSecond: rounded(signals?.callsPerSecond ?? 0),
        agents: signals?.agents ?? 0,
        instances: tenant.instances.size,
        inFlight: rounded(look?.inFlight ?? 0),
        waiting: PRIORITIES.map((priority, index) => ({
          priority,
          calls: look?.waitingByPriority[index] ?? 0,
          isInScope: priority >= from && priority <= to,
        })),
        replaces: actionsOf(outranked),
        override: override === undefined ? null : liveOverride(override),
      };
      reply.header("cache-control", "no-store");
      return { ...facts, sentences: previewSentences(facts, question) };
    },
  );
}
