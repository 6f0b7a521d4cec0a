import type { Override } from "@headway/core";
import { Type } from "typebox";
import type { Static } from "typebox";
import { requireScope } from "../auth/auth.ts";
import { ProblemError } from "../problem.ts";
import type { ApiApp, ApiContext } from "./api-context.ts";
import { byKey, pageOfSorted } from "./page.ts";
import { priorityOf } from "./priority.ts";
import {
  answers,
  Dependency,
  Override as OverrideSchema,
  pageOf,
  PageQuery,
  PriorityNumber,
  Shape,
  STRICT,
} from "./schemas.ts";
import { overrideJson } from "./wire.ts";
import { withoutBodies } from "./without-bodies.ts";

const TAGS = ["overrides"];

const Params = Type.Object({
  "*": { ...Dependency, description: "`kind:name`; slashes encoded or not." },
});

const OverrideBody = Type.Object(
  {
    action: Type.Union([Type.Literal("hold"), Type.Literal("proceed"), Type.Literal("limit")]),
    shape: Type.Optional({ ...Shape, description: "With `limit`, and only with it." }),
    priority: Type.Optional(
      Type.Object(
        { from: PriorityNumber, to: PriorityNumber },
        { ...STRICT, description: "All, where absent." },
      ),
    ),
    forMs: Type.Optional(
      Type.Number({ exclusiveMinimum: 0, description: "How long. Either this or `until`." }),
    ),
    until: Type.Optional(
      Type.String({ maxLength: 64, description: "RFC 3339, as the service's clock tells it." }),
    ),
    why: Type.String({
      minLength: 1,
      maxLength: 1_024,
      description: "For the audit, and for who wakes up to it.",
    }),
  },
  STRICT,
);

type Body = Static<typeof OverrideBody>;

/** The operator's hand. */
export function overrideRoutes(app: ApiApp, context: ApiContext): void {
  listRoute(app, context);
  putRoute(app, context);
  withoutBodies(app, (bodiless) => deleteRoute(bodiless, context));
}

function listRoute(app: ApiApp, { coordinator }: ApiContext): void {
  const schema = {
    summary: "Overrides in force, by dependency.",
    tags: TAGS,
    querystring: Type.Object(PageQuery, STRICT),
    response: answers({ 200: pageOf(OverrideSchema) }),
  };
  app.get("/v1/overrides", { onRequest: requireScope("read"), schema }, ({ tenant, query }) => {
    const overrides = coordinator
      .tenant(tenant)
      .engine.overrides()
      .toSorted(byKey(({ dependency }) => dependency));
    const { items, next } = pageOfSorted(overrides, ({ dependency }) => dependency, query);
    return { items: items.map(overrideJson), next };
  });
}

function putRoute(app: ApiApp, context: ApiContext): void {
  const schema = {
    summary: "Hold, let proceed or limit a dependency, whatever the engine thinks.",
    description:
      "Replaces the dependency's override, if it has one. Lives 24 h at most. Answered once it is in force and written.",
    tags: TAGS,
    params: Params,
    body: OverrideBody,
    response: answers({ 200: OverrideSchema }),
  };
  app.put(
    "/v1/overrides/*",
    { onRequest: requireScope("operate"), schema },
    async ({ tenant, principal, params, body }) => {
      const { coordinator } = context;
      const nowMs = coordinator.now();
      const override = overrideOf(body, {
        dependency: params["*"],
        by: principal.name,
        untilMs: untilMs(context, body, nowMs),
      });
      const inForce = coordinator.tenant(tenant).engine.override(override, nowMs);
      await kept(context, tenant, override.dependency);
      return overrideJson(inForce);
    },
  );
}

function deleteRoute(app: ApiApp, context: ApiContext): void {
  const { coordinator } = context;
  const schema = {
    summary: "Take the hand off.",
    tags: TAGS,
    params: Params,
    response: answers({ 204: Type.Null({ description: "Done." }) }),
  };
  app.delete(
    "/v1/overrides/*",
    { onRequest: requireScope("operate"), schema },
    async ({ tenant, principal, params }, reply) => {
      const { engine } = coordinator.tenant(tenant);
      const isCleared = engine.clearOverride(params["*"], principal.name, coordinator.now());
      if (!isCleared)
        throw new ProblemError("ERR_NOT_FOUND", "There is no override on this dependency.");
      await kept(context, tenant, params["*"]);
      return reply.code(204).send(null);
    },
  );
}

/**
 * What is answered is in force, in the audit, and on disk: an operator who was told so may turn away. A store that
 * refuses is no reason to refuse the hand; that it does is counted and logged.
 */
async function kept(
  { coordinator }: ApiContext,
  tenant: string,
  dependency: string,
): Promise<void> {
  await coordinator.ticked();
  await coordinator.tenant(tenant).journal.written(new Set([dependency]));
}

function overrideOf(
  { action, shape, priority, why }: Body,
  rest: Pick<Override, "dependency" | "by" | "untilMs">,
): Override {
  const isShaped = shape !== undefined && Object.keys(shape).length > 0;
  if ((action === "limit") !== isShaped) {
    throw new ProblemError(
      "ERR_REQUEST_INVALID",
      "body.shape must come with action limit, and only with it.",
    );
  }
  const { from, to } = priority ?? { from: 1, to: 5 };
  if (from > to)
    throw new ProblemError(
      "ERR_REQUEST_INVALID",
      "body.priority.from must be at most body.priority.to.",
    );
  return {
    ...rest,
    action,
    ...(shape === undefined ? {} : { shape }),
    priority: { from: priorityOf(from), to: priorityOf(to) },
    why,
  };
}

function untilMs({ config }: ApiContext, { forMs, until }: Body, nowMs: number): number {
  if ((forMs === undefined) === (until === undefined)) {
    throw new ProblemError("ERR_REQUEST_INVALID", "body must have either forMs or until.");
  }
  const endMs = until === undefined ? nowMs + (forMs ?? 0) : instantMs(until);
  const { holdMsMax } = config.limits;
  if (!(endMs > nowMs && endMs <= nowMs + holdMsMax)) {
    const hours = holdMsMax / 3_600_000;
    throw new ProblemError(
      "ERR_REQUEST_INVALID",
      `body must end within ${hours} h from now, in the future.`,
    );
  }
  return endMs;
}

/** With an offset, because an instant without one is another on every machine. */
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

function instantMs(text: string): number {
  const ms = RFC_3339.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms))
    throw new ProblemError(
      "ERR_REQUEST_INVALID",
      "body.until must be an RFC 3339 instant with an offset.",
    );
  return ms;
}
