import type { Consult, Verdict as CoreVerdict } from "@headway/core";
import type { FastifyReply, FastifyRequest } from "fastify";
import { Type } from "typebox";
import type { Static } from "typebox";
import { requireScope } from "../auth/auth.ts";
import { ProblemError } from "../problem.ts";
import type { ApiApp, ApiContext } from "./api-context.ts";
import { Idempotency } from "./idempotency.ts";
import type { Kept } from "./idempotency.ts";
import { priorityOf } from "./priority.ts";
import { rateLimitHeaders, retryAfterSecondsOf } from "./rate-limit-headers.ts";
import { answers, Dependency, Name, PriorityNumber, STRICT, Verdict } from "./schemas.ts";
import { isGo, verdictFor } from "./verdicts.ts";
import { verdictJson } from "./wire.ts";

const WAIT_MS_MAX = 60_000;

/** How long a "go" may be sent again for the same key: an answer that got lost is asked for again within this. */
const GO_VALID_MS = 60_000;

const DecideBody = Type.Object(
  {
    dependency: Dependency,
    priority: Type.Optional(PriorityNumber),
    agent: Type.Optional(Name),
    workflow: Type.Optional(Name),
    attempt: Type.Optional(
      Type.Integer({ minimum: 1, description: "1 for the first attempt of a call." }),
    ),
    deadlineMs: Type.Optional(
      Type.Number({ minimum: 0, description: "Time the caller has left." }),
    ),
    waitMs: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: WAIT_MS_MAX,
        description: "How long the answer may be held until it is go.",
      }),
    ),
    idempotencyKey: Type.Optional(Name),
  },
  STRICT,
);

type DecideRequest = FastifyRequest & { readonly body: Static<typeof DecideBody> };

export function decideRoute(app: ApiApp, context: ApiContext): void {
  const { idempotencyKeysMax: keysMax, idempotencyTtlMs: ttlMs } = context.tuning;
  const idempotency = new Idempotency<CoreVerdict>({ keysMax, ttlMs });
  app.post(
    "/v1/decide",
    {
      onRequest: requireScope("read"),
      schema: {
        summary: "May I send this attempt now?",
        description:
          "200 for every verdict. The same `idempotencyKey` with the same body gets the same verdict while it is valid; with another body, 409.",
        tags: ["decisions"],
        body: DecideBody,
        response: answers({ 200: Verdict }),
      },
    },
    (request, reply) => {
      const { idempotencyKey } = request.body;
      const verdict =
        idempotencyKey === undefined
          ? decide(context, request, reply)
          : decideOnce(context, idempotency, idempotencyKey, request, reply);
      const answer = (decided: CoreVerdict) => answerOf(context, decided, request, reply);
      return verdict instanceof Promise ? verdict.then(answer) : answer(verdict);
    },
  );
}

function answerOf(
  { coordinator }: ApiContext,
  verdict: CoreVerdict,
  { body: { dependency } }: DecideRequest,
  reply: FastifyReply,
): Static<typeof Verdict> {
  const isRefused = !isGo(verdict);
  reply.headers(rateLimitHeaders(dependency, verdict, isRefused));
  if (isRefused) reply.header("retry-after", String(retryAfterSecondsOf(verdict)));
  return verdictJson(verdict, coordinator.now());
}

function decide(
  context: ApiContext,
  request: DecideRequest,
  reply: FastifyReply,
): CoreVerdict | Promise<CoreVerdict> {
  const { waitMs = 0 } = request.body;
  const tenant = context.coordinator.tenant(request.tenant);
  return verdictFor(context, {
    tenant,
    consult: consultOf(request.body),
    waitMs,
    response: reply.raw,
  });
}

async function decideOnce(
  context: ApiContext,
  idempotency: Idempotency<CoreVerdict>,
  key: string,
  request: DecideRequest,
  reply: FastifyReply,
): Promise<CoreVerdict> {
  const { coordinator } = context;
  const find = async (): Promise<Kept<CoreVerdict>> => {
    const answer = await decide(context, request, reply);
    const validMs = isGo(answer) ? GO_VALID_MS : answer.retryAfterMs;
    return { answer, validUntilMs: coordinator.now() + validMs };
  };
  // A key is one tenant's own: another's may be the same by chance, and must tell neither anything of the other.
  const found = idempotency.recall(
    `${request.tenant}\n${key}`,
    request.body,
    coordinator.now(),
    find,
  );
  if (found.state === "conflict") {
    throw new ProblemError(
      "ERR_CONFLICT",
      "idempotencyKey must come with the body it first came with.",
    );
  }
  if (found.state === "replayed") reply.header("idempotent-replayed", "true");
  const { answer, validUntilMs } = await found.answer;
  if (found.state === "fresh" || isGo(answer)) return answer;
  // The same instant as was said first, as seen from now.
  return { ...answer, retryAfterMs: Math.max(0, validUntilMs - coordinator.now()) };
}

function consultOf({ dependency, priority, ...rest }: Static<typeof DecideBody>): Consult {
  const { agent, workflow, attempt, deadlineMs } = rest;
  return {
    dependency,
    ...(priority === undefined ? {} : { priority: priorityOf(priority) }),
    ...(agent === undefined ? {} : { agent }),
    ...(workflow === undefined ? {} : { workflow }),
    ...(attempt === undefined ? {} : { attempt }),
    ...(deadlineMs === undefined ? {} : { deadlineMs }),
  };
}
