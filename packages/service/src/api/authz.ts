import type { Consult, Verdict } from "@headway/core";
import type { FastifyReply } from "fastify";
import { Type } from "typebox";
import type { Static } from "typebox";
import { requireScope } from "../auth/auth.ts";
import { PROBLEM_CONTENT_TYPE, ProblemError } from "../problem.ts";
import type { ApiApp, ApiContext } from "./api-context.ts";
import { priorityOf } from "./priority.ts";
import { rateLimitHeaders, retryAfterSecondsOf } from "./rate-limit-headers.ts";
import { refusalOf } from "./refusal.ts";
import { answers, Dependency, Name, PriorityNumber, problem } from "./schemas.ts";
import { isGo, verdictFor } from "./verdicts.ts";
import { withoutBodies } from "./without-bodies.ts";

const scope = {
  dependency: Type.Optional(Dependency),
  priority: Type.Optional(PriorityNumber),
  agent: Type.Optional(Name),
  workflow: Type.Optional(Name),
  attempt: Type.Optional(Type.Integer({ minimum: 1 })),
};

// Open: a gateway may append the query of the request it asks about.
const AuthzQuery = Type.Object({
  ...scope,
  deny: Type.Optional(
    Type.Integer({
      minimum: 400,
      maximum: 599,
      description: "Status of every refusal; nginx' auth_request knows 403 only.",
    }),
  ),
});

const AuthzHeaders = Type.Object({
  "headway-dependency": scope.dependency,
  "headway-priority": scope.priority,
  "headway-agent": scope.agent,
  "headway-workflow": scope.workflow,
  "headway-attempt": scope.attempt,
});

/** A gateway may reuse an answer this long. A tick may change it, so no longer than one. */
const CACHE_MS_MAX = 1_000;

const DESCRIPTION = `For gateways that ask before they forward. The scope comes from headers (headway-dependency,
headway-priority, headway-agent, headway-workflow, headway-attempt) or from the query, which wins: the operator writes
the query, a caller may write headers, which is why a gateway must drop a caller's own. 2xx: go. 429 or 503 with Retry-After: not now (another status with \`deny\`).
The verdict is in the headers headway-action, headway-reason, headway-retry-after-ms and headway-decision;
headway-cache-ttl says how long it holds, as a duration such as \`1s\`.`;

export function authzRoute(app: ApiApp, context: ApiContext): void {
  // What a gateway forwards with its question is content.
  withoutBodies(app, (gateway) => {
    const options = {
      onRequest: requireScope("read"),
      schema: {
        summary: "The gateway dialect: may this request go on?",
        description: DESCRIPTION,
        tags: ["decisions"],
        querystring: AuthzQuery,
        headers: AuthzHeaders,
        response: answers({
          204: Type.Null({ description: "Go." }),
          429: problem("Too much."),
          503: problem("Too weak."),
        }),
      },
    };
    gateway.get("/v1/authz", options, ({ query, headers, tenant }, reply) =>
      answer(context, { query, headers, tenant }, reply),
    );
    gateway.post("/v1/authz", options, ({ query, headers, tenant }, reply) =>
      answer(context, { query, headers, tenant }, reply),
    );
    // Envoy appends the path it asks about to ours, with its method and its query, which is the caller's.
    const schema = { hide: true, headers: AuthzHeaders };
    gateway.all(
      "/v1/authz/*",
      { onRequest: requireScope("read"), schema },
      ({ headers, tenant }, reply) => answer(context, { query: {}, headers, tenant }, reply),
    );
  });
}

interface Question {
  readonly query: Static<typeof AuthzQuery>;
  readonly headers: Static<typeof AuthzHeaders>;
  readonly tenant: string;
}

async function answer(
  context: ApiContext,
  question: Question,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const consult = consultOf(question);
  const { deny } = question.query;
  const tenant = context.coordinator.tenant(question.tenant);
  const verdict = await verdictFor(context, { tenant, consult, waitMs: 0, response: reply.raw });
  const isRefused = !isGo(verdict);
  reply.headers({
    ...verdictHeaders(verdict),
    ...rateLimitHeaders(consult.dependency, verdict, isRefused),
  });
  if (!isRefused) return reply.code(204).send();
  const { status, type, title } = refusalOf(verdict);
  const detail = verdict.reason?.summary ?? "Not now.";
  const body = { type, title, status: deny ?? status, detail, code: "ERR_NOT_NOW" };
  reply.header("retry-after", String(retryAfterSecondsOf(verdict)));
  return reply.code(body.status).type(PROBLEM_CONTENT_TYPE).serializer(JSON.stringify).send(body);
}

function consultOf({ query, headers }: Question): Consult {
  const dependency = query.dependency ?? onlyOne(headers["headway-dependency"]);
  if (dependency === undefined) {
    throw new ProblemError(
      "ERR_REQUEST_INVALID",
      "dependency must come in the query or in headway-dependency.",
    );
  }
  const priority = query.priority ?? headers["headway-priority"];
  const agent = query.agent ?? headers["headway-agent"];
  const workflow = query.workflow ?? headers["headway-workflow"];
  const attempt = query.attempt ?? headers["headway-attempt"];
  return {
    dependency,
    ...(priority === undefined ? {} : { priority: priorityOf(priority) }),
    ...(agent === undefined ? {} : { agent }),
    ...(workflow === undefined ? {} : { workflow }),
    ...(attempt === undefined ? {} : { attempt }),
  };
}

/** A header that comes twice arrives as one with a comma. Which of the two the gateway wrote cannot be told. */
function onlyOne(header: string | undefined): string | undefined {
  if (header?.includes(",") !== true) return header;
  throw new ProblemError(
    "ERR_REQUEST_INVALID",
    "headway-dependency must come once and have no comma.",
  );
}

function verdictHeaders(verdict: Verdict): Record<string, string> {
  const { action, retryAfterMs, decisionId, reason } = verdict;
  return {
    "headway-action": action,
    ...(reason === null ? {} : { "headway-reason": reason.code }),
    "headway-retry-after-ms": String(Math.ceil(retryAfterMs)),
    ...(decisionId === null ? {} : { "headway-decision": decisionId }),
    "headway-cache-ttl": cacheTtl(verdict),
  };
}

/** In the words of a CEL duration, which is what agentgateway's cache evaluates. */
function cacheTtl(verdict: Verdict): string {
  // A go that counts against a limit must be asked for each time.
  if (isGo(verdict) && verdict.shape !== undefined) return "0s";
  const holdsMs = isGo(verdict) ? CACHE_MS_MAX : Math.min(verdict.retryAfterMs, CACHE_MS_MAX);
  return `${Math.max(0, Math.round(holdsMs)) / 1_000}s`;
}
