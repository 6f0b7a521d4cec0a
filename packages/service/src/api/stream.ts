import type { FastifyReply } from "fastify";
import { Type } from "typebox";
import { requireScope } from "../auth/auth.ts";
import { ProblemError } from "../problem.ts";
import { retryAfterSeconds } from "./api-context.ts";
import type { ApiApp, ApiContext } from "./api-context.ts";
import type { DecisionStreams } from "./decision-streams.ts";
import { answerOf, answers, Name } from "./schemas.ts";
import { StreamClient } from "./stream-client.ts";

const StreamQuery = Type.Object({
  instance: {
    ...Name,
    description: "Who asks: leases are split over the instances that are connected.",
  },
});

const DESCRIPTION = `Server-sent events. First \`snapshot\` {version, serverTime, decisions, leases, identities}; then
\`change\` {version, serverTime, decisions: new or changed, ended: ids, leases?: this instance's full new set}. The id is
the version: a client that sends it as Last-Event-ID gets only what it missed, where the service still knows it. A
comment line keeps a silent stream alive.`;

export function streamRoute(app: ApiApp, context: ApiContext, streams: DecisionStreams): void {
  app.get(
    "/v1/decisions/stream",
    {
      onRequest: requireScope("read"),
      // A HEAD would be held open like a GET, and never told anything.
      exposeHeadRoute: false,
      schema: {
        summary: "Decisions and this instance's leases, pushed.",
        description: DESCRIPTION,
        tags: ["decisions"],
        querystring: StreamQuery,
        response: answers({
          200: answerOf("text/event-stream", Type.String(), "A stream that does not end."),
        }),
      },
    },
    (request, reply) => {
      const release = context.coordinator.clients.acquire();
      if (release === undefined) {
        const retryAfter = { retryAfterSeconds: retryAfterSeconds(context) };
        throw new ProblemError("ERR_OVERLOADED", "All places for streams are taken.", retryAfter);
      }
      const { instance } = request.query;
      openStream(
        { context, streams, release, instance, tenantName: request.tenant },
        reply,
        lastVersion(request.headers),
      );
    },
  );
}

interface OpenStreamOptions {
  readonly context: ApiContext;
  readonly streams: DecisionStreams;
  readonly release: () => void;
  readonly instance: string;
  readonly tenantName: string;
}

function openStream(
  { context, streams, release, instance, tenantName }: OpenStreamOptions,
  reply: FastifyReply,
  last: number | undefined,
): void {
  const { coordinator, tuning } = context;
  const tenant = coordinator.tenant(tenantName);
  const { stream } = streams.of(tenant);
  const response = reply.hijack().raw;
  const gone = tenant.instances.connected(instance, coordinator.now());
  const client = new StreamClient({
    instance,
    response,
    backlogBytesMax: tuning.streamBacklogBytesMax,
    onDropped: () => coordinator.clients.countDropped(),
  });
  response.once("close", () => {
    stream.remove(client);
    release();
    gone(tuning.streamGraceMs, coordinator.now());
  });
  response.writeHead(200, {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store, no-transform",
    // nginx would otherwise collect a stream until its buffer is full.
    "x-accel-buffering": "no",
  });
  response.socket?.setNoDelay(true);
  response.write(`retry: ${Math.round(tuning.retryMs * (1 + coordinator.random()))}\n\n`);
  stream.open(client, last, coordinator.now());
}

/** Anything but a version of ours counts as none, and gets a snapshot. */
function lastVersion(headers: NodeJS.Dict<string | string[]>): number | undefined {
  const value = headers["last-event-id"];
  return typeof value === "string" && /^\d{1,15}$/.test(value) ? Number(value) : undefined;
}
