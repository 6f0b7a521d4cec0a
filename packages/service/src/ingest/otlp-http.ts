import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema } from "fastify";
import { Type } from "typebox";
import { answers } from "../api/schemas.ts";
import { requireScope } from "../auth/auth.ts";
import type { ServiceLimits } from "../config/config.ts";
import type { IngestSignal, Metrics } from "../metrics.ts";
import { ProblemError } from "../problem.ts";
import type { ByteBudget } from "./byte-budget.ts";
import { failedResult } from "./failed-result.ts";
import type { Ingest } from "./ingest.ts";
import type { OtlpEncoding } from "./partial-success.ts";
import { encodePartialSuccess } from "./partial-success.ts";
import type { ReadBodyOptions } from "./read-body.ts";
import { contentCodingOf, withBody } from "./read-body.ts";

export interface OtlpHttpOptions {
  readonly ingest: Ingest;
  readonly metrics: Metrics;
  readonly limits: ServiceLimits;
  readonly budget: ByteBudget;
}

const CONTENT_TYPES: Readonly<Record<OtlpEncoding, string>> = {
  protobuf: "application/x-protobuf",
  json: "application/json",
};

/** OTLP over HTTP: traces and metrics, protobuf and JSON, gzip and deflate. Encapsulated, so its body parsers are its own. */
export function otlpHttp(app: FastifyInstance, options: OtlpHttpOptions, done: () => void): void {
  app.removeAllContentTypeParsers();
  // The handler reads the body itself, and only once it knows that it will want it.
  app.addContentTypeParser("*", (_request, _payload, ready) => {
    ready(null);
  });
  // The schema only documents: what the body is, the decoder says.
  app.setValidatorCompiler(() => () => true);
  for (const signal of ["traces", "metrics"] as const) {
    app.post(
      `/v1/${signal}`,
      { onRequest: requireScope("ingest"), schema: schemaOf(signal) },
      (request, reply) => exportSignal(signal, request, reply, options),
    );
  }
  done();
}

function schemaOf(
  signal: IngestSignal,
): FastifySchema & { summary: string; tags: string[]; description: string } {
  const message = signal === "traces" ? "ExportTraceService" : "ExportMetricsService";
  const body = Object.values(CONTENT_TYPES).map((type) => [
    type,
    { schema: Type.Unknown({ description: `${message}Request` }) },
  ]);
  const answer = Object.values(CONTENT_TYPES).map((type) => [
    type,
    { schema: Type.Unknown({ description: `${message}Response` }) },
  ]);
  return {
    summary: `OTLP over HTTP: ${signal}.`,
    description:
      "gzip and deflate are taken; the answer has the request's content type. 503 comes with Retry-After.",
    tags: ["ingest"],
    body: { content: Object.fromEntries(body) },
    response: answers({
      200: Type.Unsafe<unknown>({
        description:
          "In the request's content type: empty, or partialSuccess, how much was not taken and why.",
        content: Object.fromEntries(answer),
      }),
    }),
  };
}

async function exportSignal(
  signal: IngestSignal,
  request: FastifyRequest,
  reply: FastifyReply,
  options: OtlpHttpOptions,
): Promise<Buffer> {
  try {
    return await takeBody(signal, request, reply, options);
  } catch (error) {
    options.metrics.ingestRequests.inc({ transport: "http", signal, result: failedResult(error) });
    throw error;
  }
}

async function takeBody(
  signal: IngestSignal,
  request: FastifyRequest,
  reply: FastifyReply,
  { ingest, metrics, limits, budget }: OtlpHttpOptions,
): Promise<Buffer> {
  const encoding = encodingOf(request.headers["content-type"]);
  const bodyOptions = readOptionsOf(request, limits, budget);
  const result = await withBody(request.raw, bodyOptions, ({ bytes, wireBytes }) => {
    metrics.ingestBytes.inc({ transport: "http", stage: "wire" }, wireBytes);
    return ingest.take({ tenant: request.tenant, signal, encoding, transport: "http", bytes });
  });
  if (!result.ok) throw new ProblemError("ERR_BODY_UNDECODABLE", result.message);
  reply.type(CONTENT_TYPES[encoding]);
  return encodePartialSuccess(result, signal, encoding);
}

function encodingOf(contentType = ""): OtlpEncoding {
  const essence = contentType.split(";", 1)[0]?.trim().toLowerCase();
  if (essence === CONTENT_TYPES.protobuf) return "protobuf";
  if (essence === CONTENT_TYPES.json) return "json";
  throw new ProblemError(
    "ERR_CONTENT_TYPE",
    "Content-Type must be application/x-protobuf or application/json.",
  );
}

function readOptionsOf(
  request: FastifyRequest,
  limits: ServiceLimits,
  budget: ByteBudget,
): ReadBodyOptions {
  const { "content-length": length, "content-encoding": encoding } = request.headers;
  return {
    coding: contentCodingOf(encoding),
    contentLength: length === undefined ? undefined : Number(length),
    wireBytesMax: limits.bodyBytesMax,
    inflatedBytesMax: limits.bodyInflatedBytesMax,
    budget,
  };
}
