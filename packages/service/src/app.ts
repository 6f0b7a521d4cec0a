import fastify from "fastify";
import type { FastifyInstance } from "fastify";
import { openapi } from "./api/openapi.ts";
import { auth, refuseForeignHosts } from "./auth/auth.ts";
import type { Authenticator } from "./auth/authenticator.ts";
import type { ServiceConfig } from "./config/config.ts";
import { answerProblems, answerUnparsed, problemOfError, sendProblem } from "./errors.ts";
import type { ByteBudget } from "./ingest/byte-budget.ts";
import type { Ingest } from "./ingest/ingest.ts";
import { otlpHttp } from "./ingest/otlp-http.ts";
import type { Log } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import type { OperationsOptions } from "./operations.ts";
import { operations } from "./operations.ts";
import type { SelfTracing } from "./self-tracing.ts";

export interface AppOptions extends OperationsOptions {
  readonly config: ServiceConfig;
  readonly authenticator: Authenticator;
  readonly ingest: Ingest;
  readonly budget: ByteBudget;
  readonly metrics: Metrics;
  readonly log: Log;
  /** Absent: no spans of our own. */
  readonly tracing?: SelfTracing | undefined;
  /** Adds the routes of the API. Each asks for its scope with requireScope. */
  readonly api: (app: FastifyInstance) => Promise<void>;
}

/** Of the API's own routes, which take small questions; OTLP has its own limits. */
const BODY_BYTES_MAX = 256 * 1024;

/** A sender that takes longer to say what it wants is stuck. Streams and long-polls have been asked for by then. */
const REQUEST_TIMEOUT_MS = 30_000;

/** Longer than the minute after which common load balancers give up an idle connection, so that they go first. */
const KEEP_ALIVE_MS = 72_000;

/** The longest path parameter is a dependency, percent-encoded. */
const PARAM_LENGTH_MAX = 1_024;

export async function createApp(options: AppOptions): Promise<FastifyInstance> {
  const { authenticator, ingest, budget, metrics, log, config } = options;
  const app = fastify({
    logger: false,
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // Streams never end by themselves: closing must not wait for them.
    forceCloseConnections: true,
    return503OnClosing: false,
    routerOptions: { maxParamLength: PARAM_LENGTH_MAX },
    // A key that the schema does not know is a mistake to be told, not one to be dropped in silence.
    ajv: { customOptions: { removeAdditional: false } },
    frameworkErrors: (error, _request, reply) => sendProblem(reply, problemOfError(error), metrics),
    clientErrorHandler: answerUnparsed,
  });
  app.removeContentTypeParser("text/plain");
  answerProblems(app, { metrics, log });
  options.tracing?.traceRequests(app);
  if (authenticator.isOpen && !config.allowOpen) refuseForeignHosts(app);
  await app.register(openapi);
  await app.register(auth, { authenticator });
  await app.register(operations, options);
  await app.register(otlpHttp, { ingest, budget, metrics, limits: config.limits });
  await options.api(app);
  return app;
}
