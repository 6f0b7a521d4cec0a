import { PRIORITY_DEFAULT } from "@headway/core/signals";
import type { FastifyReply, FastifyRequest } from "fastify";
import { Type } from "typebox";
import type { Static } from "typebox";
import { requireScope } from "../auth/auth.ts";
import { ProblemError } from "../problem.ts";
import type { Tenant } from "../runtime/tenant.ts";
import { retryAfterSeconds } from "./api-context.ts";
import type { ApiApp, ApiContext } from "./api-context.ts";
import type { DecisionDocument } from "./decision-document.ts";
import type { DecisionStreams } from "./decision-streams.ts";
import { priorityOf } from "./priority.ts";
import { answers, Dependency, Name, PriorityNumber, Snapshot } from "./schemas.ts";

const WAIT_SECONDS_MAX = 60;

// Open, unlike the other queries: a newer hook may ask an older service for more than it knows.
const DecisionsQuery = Type.Object({
  dependency: Type.Optional(Dependency),
  agent: Type.Optional(Name),
  priority: Type.Optional(PriorityNumber),
  instance: Type.Optional({
    ...Name,
    description: "Adds this process' leases, and counts it as connected.",
  }),
  wait: Type.Optional(
    Type.Number({
      minimum: 0,
      maximum: WAIT_SECONDS_MAX,
      description: "Seconds to hold the answer until it differs from If-None-Match.",
    }),
  ),
});

export function decisionsRoute(app: ApiApp, context: ApiContext, streams: DecisionStreams): void {
  app.get(
    "/v1/decisions",
    {
      onRequest: requireScope("read"),
      schema: {
        summary: "All decisions in force, or those that concern a caller.",
        description:
          "Strong ETag. With `wait` and If-None-Match it is a long-poll: 200 as soon as it differs, else 304.",
        tags: ["decisions"],
        querystring: DecisionsQuery,
        response: answers({
          200: Snapshot,
          304: Type.Null({ description: "As in If-None-Match." }),
        }),
      },
    },
    async (request, reply) => {
      const tenant = context.coordinator.tenant(request.tenant);
      const { document } = streams.of(tenant);
      const { instance } = request.query;
      if (instance === undefined) return answer(context, tenant, document, request, reply);
      const gone = tenant.instances.connected(instance, context.coordinator.now());
      try {
        return await answer(context, tenant, document, request, reply);
      } finally {
        gone(context.tuning.pollGraceMs, context.coordinator.now());
      }
    },
  );
}

type DecisionsRequest = FastifyRequest & { readonly query: Static<typeof DecisionsQuery> };

async function answer(
  context: ApiContext,
  tenant: Tenant,
  document: DecisionDocument,
  request: DecisionsRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { instance, wait = 0, priority, ...rest } = request.query;
  const filter = {
    ...pickFilter(rest),
    ...(priority === undefined ? {} : { priority: priorityOf(priority) }),
  };
  const seen = tagsOf(request.headers["if-none-match"]);
  const isNew = (): boolean => !seen.has(document.etag(instance, filter));
  if (!isNew() && wait > 0) await waitForChange(context, tenant, reply, wait * 1_000, isNew);
  const etag = document.etag(instance, filter);
  // Leases and the server's time are this answer's own: nobody in between may give it to another.
  reply.headers({ etag, "cache-control": "private, no-cache" });
  if (seen.has(etag)) return reply.code(304).send();
  const body = document.snapshot(instance, context.coordinator.now(), filter);
  return reply.type("application/json; charset=utf-8").serializer(String).send(body);
}

async function waitForChange(
  context: ApiContext,
  tenant: Tenant,
  reply: FastifyReply,
  waitMs: number,
  isNew: () => boolean,
): Promise<void> {
  const { coordinator, heldAnswers } = context;
  const release = coordinator.clients.acquire();
  if (release === undefined) {
    const retryAfter = { retryAfterSeconds: retryAfterSeconds(context) };
    throw new ProblemError(
      "ERR_OVERLOADED",
      "All places for clients that wait are taken.",
      retryAfter,
    );
  }
  try {
    await heldAnswers.hold({
      tenant,
      priority: PRIORITY_DEFAULT,
      response: reply.raw,
      waitMs,
      attempt: () => (isNew() ? { state: "answer", answer: true } : { state: "wait" }),
    });
  } finally {
    release();
  }
}

function pickFilter({ dependency, agent }: { dependency?: string; agent?: string }) {
  return {
    ...(dependency === undefined ? {} : { dependency }),
    ...(agent === undefined ? {} : { agent }),
  };
}

/** If-None-Match compares weakly (RFC 9110, 13.1.2): a proxy that compressed our answer may have marked the tag `W/`. */
function tagsOf(header: string | undefined): ReadonlySet<string> {
  return new Set((header ?? "").split(",").map((tag) => tag.trim().replace(/^W\//, "")));
}
