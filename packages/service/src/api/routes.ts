import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyPluginAsync } from "fastify";
import { dashboardRoutes } from "../dashboard/dashboard-routes.ts";
import { historyRoute } from "../live/history-route.ts";
import { liveRoute } from "../live/live-route.ts";
import { LiveStreams } from "../live/live-streams.ts";
import { previewRoute } from "../live/preview-route.ts";
import type { Coordinator } from "../runtime/coordinator.ts";
import { API_TUNING } from "./api-context.ts";
import type { ApiApp, ApiConfig, ApiContext, ApiTuning } from "./api-context.ts";
import { auditRoute } from "./audit.ts";
import { authzRoute } from "./authz.ts";
import { decideRoute } from "./decide.ts";
import { decisionsRoute } from "./decisions.ts";
import { DecisionStreams } from "./decision-streams.ts";
import { HeldAnswers } from "./held-answers.ts";
import { knownRoutes } from "./known.ts";
import { openapi } from "./openapi.ts";
import { overrideRoutes } from "./overrides.ts";
import { compileRequestSchema } from "./request-validation.ts";
import { streamRoute } from "./stream.ts";

export interface RoutesOptions {
  readonly coordinator: Coordinator;
  readonly config: ApiConfig;
  readonly tuning?: Partial<ApiTuning>;
  /** Where the built dashboard is. Absent: where it is found. `null`: a plain page in its place. */
  readonly dashboardDir?: string | null | undefined;
}

/** Everything that answers from what the engines know. Expects the `auth` plugin. */
export const routes: FastifyPluginAsync<RoutesOptions> = async (
  app,
  { coordinator, config, tuning, dashboardDir },
) => {
  const context: ApiContext = {
    coordinator,
    config,
    tuning: { ...API_TUNING, ...tuning },
    heldAnswers: new HeldAnswers(),
  };
  const streams = new DecisionStreams(context.tuning);
  const live = new LiveStreams({
    coordinator,
    streaming: (tenant) => streams.instancesOf(tenant),
    heartbeatMs: context.tuning.heartbeatMs,
  });
  if (!app.hasDecorator("swagger")) await app.register(openapi);
  app.setValidatorCompiler(compileRequestSchema);
  // Before the server waits for its connections to end: these would not, by themselves.
  app.addHook("preClose", async () => {
    streams.close();
    live.close();
    context.heldAnswers.close();
  });
  streams.start();
  const api = app.withTypeProvider<TypeBoxTypeProvider>();
  registerAll(api, context, streams);
  liveRoute(api, context, live);
  historyRoute(api, context);
  previewRoute(api, context);
  dashboardRoutes(api, dashboardDir);
};

function registerAll(app: ApiApp, context: ApiContext, streams: DecisionStreams): void {
  decisionsRoute(app, context, streams);
  streamRoute(app, context, streams);
  decideRoute(app, context);
  authzRoute(app, context);
  knownRoutes(app, context);
  auditRoute(app, context);
  overrideRoutes(app, context);
}
