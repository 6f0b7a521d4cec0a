import type { Socket } from "node:net";
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Log } from "./log.ts";
import { errorFields } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import type { ProblemCode } from "./problem.ts";
import { PROBLEM_CONTENT_TYPE, ProblemError, problemOf } from "./problem.ts";

const METHODS = ["GET", "POST", "PUT", "DELETE"];

/** Every answer that is no success is `application/problem+json`, whoever noticed: a handler, Fastify, or the router. */
export function answerProblems(
  app: FastifyInstance,
  { metrics, log }: { metrics: Metrics; log: Log },
): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const problem = problemOfError(error);
    if (problem.code === "ERR_INTERNAL") {
      log.warn("A request failed.", {
        route: request.routeOptions.url ?? null,
        ...errorFields(error),
      });
    }
    return sendProblem(reply, problem, metrics);
  });
  const routes: Route[] = [];
  app.addHook("onRoute", ({ method, url }) => {
    for (const one of [method].flat()) routes.push({ method: one, url });
  });
  app.setNotFoundHandler((request, reply) =>
    sendProblem(reply, notFound(routes, request), metrics),
  );
}

export function sendProblem(
  reply: FastifyReply,
  error: ProblemError,
  metrics: Metrics,
): FastifyReply {
  metrics.problems.inc({ code: error.code });
  return reply
    .code(error.problem.status)
    .headers(error.headers)
    .type(PROBLEM_CONTENT_TYPE)
    .serializer(JSON.stringify)
    .send(error.problem);
}

/** Messages of Fastify and of its schema validator name fields and types, never values, except those of JSON's parser. */
export function problemOfError(error: FastifyError): ProblemError {
  if (error instanceof ProblemError) return error;
  if (error.validation !== undefined)
    return new ProblemError("ERR_REQUEST_INVALID", `${error.message}.`);
  const code = CODES[error.statusCode ?? 500] ?? "ERR_INTERNAL";
  return new ProblemError(code, DETAILS[code] ?? `${error.message}.`);
}

const DETAILS: Partial<Record<ProblemCode, string>> = {
  ERR_REQUEST_INVALID: "The request is malformed.",
  ERR_BODY_TOO_LARGE: "The body is larger than this route takes.",
  ERR_CONTENT_TYPE: "This route takes application/json.",
  ERR_INTERNAL: "The service failed to answer. Its log says where.",
};

const CODES: Readonly<Record<number, ProblemCode>> = {
  400: "ERR_REQUEST_INVALID",
  404: "ERR_NOT_FOUND",
  408: "ERR_REQUEST_TIMEOUT",
  413: "ERR_BODY_TOO_LARGE",
  414: "ERR_REQUEST_INVALID",
  415: "ERR_CONTENT_TYPE",
  431: "ERR_REQUEST_INVALID",
  503: "ERR_OVERLOADED",
};

interface Route {
  readonly method: string;
  /** May end in a wildcard. */
  readonly url: string;
}

function notFound(routes: readonly Route[], request: FastifyRequest): ProblemError {
  const path = request.url.split("?", 1)[0] ?? "/";
  const methods = new Set(routes.filter(({ url }) => isOf(url, path)).map(({ method }) => method));
  const allowed = METHODS.filter((method) => methods.has(method));
  if (allowed.length === 0)
    return new ProblemError("ERR_NOT_FOUND", "There is nothing at this path.");
  const allow = allowed.join(", ");
  return new ProblemError("ERR_METHOD", `This path takes ${allow}.`, { headers: { allow } });
}

function isOf(url: string, path: string): boolean {
  return url.endsWith("*") ? path.startsWith(url.slice(0, -1)) : path === url;
}

/** For what Node's parser refuses before there is a request to answer. */
export function answerUnparsed(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const code =
    error.code === "ERR_HTTP_REQUEST_TIMEOUT" ? "ERR_REQUEST_TIMEOUT" : "ERR_REQUEST_INVALID";
  const problem = problemOf(code, "This is no request that the service understands.");
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${problem.status} ${problem.title}`,
    `content-type: ${PROBLEM_CONTENT_TYPE}`,
    `content-length: ${Buffer.byteLength(body)}`,
    "connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}
