import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import { answers } from "./api/schemas.ts";
import { requireScope } from "./auth/auth.ts";
import { nowMs } from "./clock.ts";
import type { DependencyGauges } from "./dependency-gauges.ts";
import type { Metrics } from "./metrics.ts";
import type { Readiness } from "./readiness.ts";

export interface OperationsOptions {
  readonly metrics: Metrics;
  readonly readiness: Readiness;
  readonly dependencyGauges: DependencyGauges;
}

const tags = ["operations"];

const Health = Type.Object({ status: Type.String() });

const Ready = Type.Object({
  ready: Type.Boolean(),
  checks: Type.Record(Type.String(), Type.String(), {
    description: "`ok`, or what is wrong, by what was looked at.",
  }),
});

/** What orchestrators and Prometheus ask. Health needs no token: it says nothing of the traffic. */
export function operations(
  app: FastifyInstance,
  options: OperationsOptions,
  done: () => void,
): void {
  const { metrics, readiness, dependencyGauges } = options;
  const healthz = { summary: "The process lives.", tags, security: [], response: { 200: Health } };
  app.get("/healthz", { schema: healthz }, (_request, reply) => reply.send({ status: "ok" }));

  const readyz = {
    summary: "The service evaluates and keeps state.",
    tags,
    security: [],
    response: { 200: Ready, 503: Ready },
  };
  app.get("/readyz", { schema: readyz }, async (_request, reply) => {
    const report = await readiness.report(nowMs());
    return reply.code(report.ready ? 200 : 503).send(report);
  });

  const exposition = {
    summary: "For Prometheus.",
    tags,
    produces: ["text/plain"],
    response: answers({ 200: Type.String() }),
  };
  app.get(
    "/metrics",
    { onRequest: requireScope("read"), schema: exposition },
    async (request, reply) => {
      const own = await metrics.registry.metrics();
      reply.type(metrics.registry.contentType).serializer(String);
      return `${own}\n${await dependencyGauges.metrics(request.tenant)}`;
    },
  );
  done();
}
