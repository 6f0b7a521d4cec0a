import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import fastifyPlugin from "fastify-plugin";
import { isLoopback } from "../config/address.ts";
import { ProblemError } from "../problem.ts";
import type { Authenticator } from "./authenticator.ts";
import type { AccessScope, Principal } from "./principal.ts";

declare module "fastify" {
  interface FastifyInstance {
    readonly authenticator: Authenticator;
  }
  interface FastifyRequest {
    /** Who asks; null until requireScope has let the request pass. */
    principalOrNull: Principal | null;
    readonly principal: Principal;
    readonly tenant: string;
  }
}

/** Fits `onRequest`, where a refusal costs no body, as well as `preHandler`. */
export type ScopeHandler = (
  request: FastifyRequest,
  reply: FastifyReply,
  done: (error?: Error) => void,
) => void;

/** What orchestrators ask, who may reach loopback under another name. */
const HEALTH: ReadonlySet<string> = new Set(["/healthz", "/readyz"]);

/**
 * Without tokens the service trusts who is on this machine, and a page open in a browser here is not: it can point a
 * name of its own at loopback and is then of the same origin. The Host that it cannot change gives it away.
 */
export function refuseForeignHosts(app: FastifyInstance): void {
  app.addHook("onRequest", (request, _reply, done) => {
    const { host } = request.headers;
    const name = host?.replace(/:\d*$/, "");
    const isOurs = name === undefined || isLoopback(name);
    done(
      isOurs || HEALTH.has(request.routeOptions.url ?? "")
        ? undefined
        : new ProblemError(
            "ERR_AUTH_ORIGIN",
            "Without tokens, Host must be a loopback address or localhost.",
          ),
    );
  });
}

/** Teaches the app who asks. Every route but the health checks names the scope it needs, with requireScope. */
export const auth = fastifyPlugin<{ authenticator: Authenticator }>(
  (app, { authenticator }, done) => {
    app.decorate("authenticator", authenticator);
    app.decorateRequest("principalOrNull", null);
    app.decorateRequest("principal", {
      getter() {
        if (this.principalOrNull === null)
          throw new ProblemError("ERR_INTERNAL", "The route asks for no scope.");
        return this.principalOrNull;
      },
    });
    app.decorateRequest("tenant", {
      getter() {
        return this.principal.tenant;
      },
    });
    done();
  },
);

/** Lets a request pass whose token has `scope`, and tells the handler who it is: `request.principal`, `request.tenant`. */
export function requireScope(scope: AccessScope): ScopeHandler {
  return (request, _reply, done) => {
    const found = request.server.authenticator.authorize(
      request.headers.authorization,
      scope,
      request.headers.origin,
    );
    if (found instanceof ProblemError) {
      done(found);
      return;
    }
    request.principalOrNull = found;
    done();
  };
}
