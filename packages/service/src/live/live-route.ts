import type { FastifyReply, FastifyRequest } from "fastify";
import { Type } from "typebox";
import { retryAfterSeconds } from "../api/api-context.ts";
import type { ApiApp, ApiContext } from "../api/api-context.ts";
import { answers, STRICT } from "../api/schemas.ts";
import { requireScope } from "../auth/auth.ts";
import { ProblemError } from "../problem.ts";
import { instantMs } from "./instant.ts";
import { LiveClient } from "./live-client.ts";
import { LiveViewSchema } from "./live-schemas.ts";
import type { LiveStreams } from "./live-streams.ts";
import { PastPicture } from "./past-picture.ts";

/** A screenful of charts is looked at by a few; each costs the service a copy of every frame. */
export const LIVE_CLIENTS_MAX = 200;
/** A page in the background may be frozen for a while; longer, and it is served better by a new snapshot. */
const STUCK_MS = 30_000;

const DESCRIPTION = `Server-sent events: \`snapshot\` (the schema below), then \`delta\` once a second and at once when a decision, an
override or a detection changes. The id is the frame; a delta's \`after\` names the frame that it follows. There is no resuming: whoever
connects gets a snapshot. A client that does not keep up is left out until it has read, and then gets a snapshot. With \`at\`, one
JSON document: what was kept of that moment, and in \`notKept\` what was not.`;

export const Instant = Type.String({
  minLength: 16,
  maxLength: 64,
  description: "RFC 3339, with an offset.",
});

export function liveRoute(app: ApiApp, context: ApiContext, streams: LiveStreams): void {
  const schema = {
    summary: "Everything that a person on call looks at, live.",
    description: DESCRIPTION,
    tags: ["live"],
    querystring: Type.Object({ at: Type.Optional(Instant) }, STRICT),
    response: answers({
      200: Type.Unsafe<unknown>({
        description: "A stream that does not end; with `at`, one document.",
        content: {
          "text/event-stream": { schema: Type.String() },
          "application/json": { schema: LiveViewSchema },
        },
      }),
    }),
  };
  app.get(
    "/v1/live",
    // A HEAD would be held open like a GET, and never told anything.
    { onRequest: [refuseOtherSites, requireScope("read")], exposeHeadRoute: false, schema },
    async (request, reply) => {
      const { at } = request.query;
      if (at === undefined) {
        openStream({ context, streams, tenantName: request.tenant }, reply);
        return reply;
      }
      const nowMs = context.coordinator.now();
      const atMs = instantMs(at, "querystring.at");
      if (atMs > nowMs)
        throw new ProblemError("ERR_REQUEST_INVALID", "querystring.at must not lie in the future.");
      const tenant = context.coordinator.tenant(request.tenant);
      const past = new PastPicture({ tenant, store: context.coordinator.store });
      return reply
        .header("cache-control", "no-store")
        .type("application/json")
        .send(await past.take(atMs, nowMs));
    },
  );
}

/**
 * A page of another site can't read the answer, but it could take all places with requests that are never read. Browsers say where a
 * request comes from, and no script can make them say otherwise.
 */
function refuseOtherSites(
  { headers }: FastifyRequest,
  _reply: FastifyReply,
  done: (error?: Error) => void,
): void {
  const isForeign = headers["sec-fetch-site"] === "cross-site";
  done(
    isForeign
      ? new ProblemError("ERR_AUTH_ORIGIN", "Pages of other sites may not look at this one's view.")
      : undefined,
  );
}

interface OpenStreamOptions {
  readonly context: ApiContext;
  readonly streams: LiveStreams;
  readonly tenantName: string;
}

function openStream(
  { context, streams, tenantName }: OpenStreamOptions,
  reply: FastifyReply,
): void {
  const { coordinator, tuning } = context;
  const release = streams.clients < LIVE_CLIENTS_MAX ? coordinator.clients.acquire() : undefined;
  if (release === undefined) {
    const retryAfter = { retryAfterSeconds: retryAfterSeconds(context) };
    throw new ProblemError("ERR_OVERLOADED", "All places for live views are taken.", retryAfter);
  }
  const { stream } = streams.of(coordinator.tenant(tenantName));
  const response = reply.hijack().raw;
  const client = new LiveClient({
    response,
    stuckMs: STUCK_MS,
    onDropped: () => coordinator.clients.countDropped(),
  });
  response.once("close", () => {
    stream.remove(client);
    release();
  });
  response.writeHead(200, {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store, no-transform",
    "x-content-type-options": "nosniff",
    // nginx would otherwise collect a stream until its buffer is full.
    "x-accel-buffering": "no",
  });
  response.socket?.setNoDelay(true);
  response.write(`retry: ${Math.round(tuning.retryMs * (1 + coordinator.random()))}\n\n`);
  stream.open(client, coordinator.now());
}
