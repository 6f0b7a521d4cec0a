import { HeadwayError } from "@headway/core";
import type * as OpenTelemetry from "@opentelemetry/api";
import type { FastifyInstance, FastifyRequest } from "fastify";

type Api = Pick<
  typeof OpenTelemetry,
  "context" | "propagation" | "SpanKind" | "SpanStatusCode" | "trace"
>;

const API = "@opentelemetry/api";

/**
 * Not traced. OTLP, because the spans may be exported to this very service: each export would cause the next, for ever.
 * The stream, because it lasts as long as its client, and a span that does not end is never seen.
 */
const UNTRACED: ReadonlySet<string> = new Set([
  "/v1/traces",
  "/v1/metrics",
  "/v1/decisions/stream",
]);

/**
 * Spans of the service's own work, through the OpenTelemetry API alone: without an SDK in the process they cost next to
 * nothing and go nowhere. A span has the method, the route's template and the status: no query, no id, no content.
 */
export class SelfTracing {
  readonly #api: Api;
  readonly #tracer: OpenTelemetry.Tracer;
  readonly #spans = new WeakMap<FastifyRequest, OpenTelemetry.Span>();

  constructor(api: Api) {
    this.#api = api;
    this.#tracer = api.trace.getTracer("@headway/service");
  }

  /** Expects to be called before the routes are registered. */
  traceRequests(app: FastifyInstance): void {
    app.addHook("onRequest", (request, reply, done) => {
      const { url } = request.routeOptions;
      if (url !== undefined && UNTRACED.has(url)) {
        done();
        return;
      }
      const started = this.#startRequest(request, url);
      // Not Fastify's onResponse, which is not told of a client that leaves before its answer.
      reply.raw.once("close", () => this.#endRequest(request, reply.raw.statusCode));
      this.#api.context.with(started, done);
    });
  }

  /** Runs `tick`, and says whether it went well: it answers how many of its parts failed. */
  traceTick(tick: () => number): void {
    this.#tracer.startActiveSpan("headway.tick", (span) => {
      try {
        const failed = tick();
        span.setAttribute("headway.tick.failed", failed);
        if (failed > 0) span.setStatus({ code: this.#api.SpanStatusCode.ERROR });
      } finally {
        span.end();
      }
    });
  }

  #startRequest(request: FastifyRequest, url: string | undefined): OpenTelemetry.Context {
    const { context, propagation, SpanKind, trace } = this.#api;
    const { method } = request;
    const caller = propagation.extract(context.active(), request.headers);
    const attributes = {
      "http.request.method": method,
      ...(url === undefined ? {} : { "http.route": url }),
    };
    const span = this.#tracer.startSpan(
      url === undefined ? method : `${method} ${url}`,
      { kind: SpanKind.SERVER, attributes },
      caller,
    );
    this.#spans.set(request, span);
    return trace.setSpan(caller, span);
  }

  #endRequest(request: FastifyRequest, status: number): void {
    const span = this.#spans.get(request);
    if (span === undefined) return;
    span.setAttribute("http.response.status_code", status);
    if (status >= 500) {
      span.setAttribute("error.type", String(status));
      span.setStatus({ code: this.#api.SpanStatusCode.ERROR });
    }
    span.end();
  }
}

/** The API is the user's own package, so that it is the very one that their SDK has registered with. */
export async function openSelfTracing(
  load: () => Promise<Api> = () => import("@opentelemetry/api"),
): Promise<SelfTracing> {
  try {
    return new SelfTracing(await load());
  } catch {
    throw new HeadwayError(
      "ERR_PEER_MISSING",
      `selfTracing must have ${API} beside it, got none; install it, and bring an SDK with node --import`,
    );
  }
}
