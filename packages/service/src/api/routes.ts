import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyPluginAsync } from "fastify";
import type { Coordinator } from "../runtime/coordinator.ts";
import { API_TUNING } from "./api-context.ts";
import type { ApiApp, ApiConfig, ApiContext, ApiTuning } from "./api-context.ts";
import { auditRoute } from "./audit.ts";
import { authzRoute } from "./authz.ts";
import { decideRoute } from "./decide.ts";
import { decisionsRoute } from "./decisions.ts";
import { DecisionStreams } from "./decision-streams.ts";
import { HeldAnswers } from "./held-answers.ts";
import { homeRoute } from "./home.ts";
import { knownRoutes } from "./known.ts";
import { openapi } from "./openapi.ts";
import { overrideRoutes } from "./overrides.ts";
import { compileRequestSchema } from "./request-validation.ts";
import { streamRoute } from "./stream.ts";

export interface RoutesOptions {
  readonly coordinator: Coordinator;
  readonly config: ApiConfig;
  readonly tuning?: Partial<ApiTuning>;
}

/** Everything that answers from what the engines know. Expects the `auth` plugin. */
export const routes: FastifyPluginAsync<RoutesOptions> = async (
  app,
  { coordinator, config, tuning },
) => {
  const context: ApiContext = {
    coordinator,
    config,
    tuning: { ...API_TUNING, ...tuning },
    heldAnswers: new HeldAnswers(),
  };
  const streams = new DecisionStreams(context.tuning);
  if (!app.hasDecorator("swagger")) await app.register(openapi);
  app.setValidatorCompiler(compileRequestSchema);
  // Before the server waits for its connections to end: these would not, by themselves.
  app.addHook("preClose", async () => {
    streams.close();
    context.heldAnswers.close();
  });
  streams.start();
  registerAll(app.withTypeProvider<TypeBoxTypeProvider>(), context, streams);
};

function registerAll(app: ApiApp, context: ApiContext, streams: DecisionStreams): void {
  decisionsRoute(app, context, streams);
  streamRoute(app, context, streams);
  decideRoute(app, context);
  authzRoute(app, context);
  knownRoutes(app, context);
  auditRoute(app, context);
  overrideRoutes(app, context);
  homeRoute(app);
}
