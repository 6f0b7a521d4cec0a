import { Type } from "typebox";
import type { Detection } from "@headway/core";
import { requireScope } from "../auth/auth.ts";
import { ProblemError } from "../problem.ts";
import type { ApiApp, ApiContext } from "./api-context.ts";
import { byKey, pageOfSorted } from "./page.ts";
import {
  answers,
  Dependency,
  DependencySchema,
  Detection as DetectionSchema,
  Graph,
  pageOf,
  PageQuery,
  STRICT,
  Window,
} from "./schemas.ts";
import { dependencyJson, detectionJson, windowJson } from "./wire.ts";

const TAGS = ["known"];

/** What the engine knows: dependencies, their signals, detections and the graph between them. */
export function knownRoutes(app: ApiApp, context: ApiContext): void {
  dependenciesRoute(app, context);
  dependencyRoute(app, context);
  signalsRoute(app, context);
  detectionsRoute(app, context);
  graphRoute(app, context);
}

function dependenciesRoute(app: ApiApp, { coordinator }: ApiContext): void {
  const schema = {
    summary: "Every dependency that was called, by id.",
    tags: TAGS,
    querystring: Type.Object(PageQuery, STRICT),
    response: answers({ 200: pageOf(DependencySchema) }),
  };
  app.get("/v1/dependencies", { onRequest: requireScope("read"), schema }, ({ tenant, query }) => {
    const { engine } = coordinator.tenant(tenant);
    // Paged before they are viewed: a view of each of fifty thousand is 49,900 too many.
    const ids = engine.dependencyIds().toSorted(byKey((id) => id));
    const { items, next } = pageOfSorted(ids, (id) => id, query);
    return { items: items.flatMap((id) => engine.dependency(id) ?? []).map(dependencyJson), next };
  });
}

function dependencyRoute(app: ApiApp, { coordinator }: ApiContext): void {
  const schema = {
    summary: "One dependency.",
    description: "The id may hold slashes, encoded or not.",
    tags: TAGS,
    params: Type.Object({ "*": Type.String({ description: "`kind:name`." }) }),
    response: answers({ 200: DependencySchema }),
  };
  app.get(
    "/v1/dependencies/*",
    { onRequest: requireScope("read"), schema },
    ({ tenant, params }) => {
      const view = coordinator.tenant(tenant).engine.dependency(params["*"]);
      if (view === undefined)
        throw new ProblemError("ERR_NOT_FOUND", "Nothing is known of this dependency.");
      return dependencyJson(view);
    },
  );
}

function signalsRoute(app: ApiApp, { coordinator }: ApiContext): void {
  const schema = {
    summary: "One dependency's last 15 minutes, second by second, oldest first.",
    description: "Seconds without traffic are left out.",
    tags: TAGS,
    querystring: Type.Object({ dependency: Dependency, ...PageQuery }, STRICT),
    response: answers({ 200: pageOf(Window) }),
  };
  app.get("/v1/signals", { onRequest: requireScope("read"), schema }, ({ tenant, query }) => {
    const windows = coordinator.tenant(tenant).engine.signals(query.dependency);
    // Fixed width, so that text sorts as the instants do.
    const { items, next } = pageOfSorted(
      windows,
      ({ endMs }) => endMs.toFixed(3).padStart(20, "0"),
      query,
    );
    return { items: items.map(windowJson), next };
  });
}

function detectionsRoute(app: ApiApp, { coordinator }: ApiContext): void {
  const state = Type.Union([
    Type.Literal("pending"),
    Type.Literal("firing"),
    Type.Literal("resolved"),
  ]);
  const schema = {
    summary: "Open detections and the last resolved ones, newest first.",
    tags: TAGS,
    querystring: Type.Object(
      { state: Type.Optional(state), dependency: Type.Optional(Dependency), ...PageQuery },
      STRICT,
    ),
    response: answers({ 200: pageOf(DetectionSchema) }),
  };
  app.get("/v1/detections", { onRequest: requireScope("read"), schema }, ({ tenant, query }) => {
    const detections = coordinator
      .tenant(tenant)
      .engine.detections()
      .filter((detection) => query.state === undefined || detection.state === query.state)
      .filter(
        (detection) => query.dependency === undefined || detection.dependency === query.dependency,
      )
      .toSorted(byKey(newestFirst));
    const { items, next } = pageOfSorted(detections, newestFirst, query);
    return { items: items.map(detectionJson), next };
  });
}

/** Ascending by this is descending by start. */
function newestFirst({ startedAtMs, id }: Detection): string {
  return `${(Number.MAX_SAFE_INTEGER - Math.round(startedAtMs)).toString().padStart(16, "0")} ${id}`;
}

function graphRoute(app: ApiApp, { coordinator }: ApiContext): void {
  const schema = {
    summary: "Who calls what.",
    tags: TAGS,
    querystring: Type.Object({}, STRICT),
    response: answers({ 200: Graph }),
  };
  app.get("/v1/graph", { onRequest: requireScope("read"), schema }, ({ tenant }) => {
    return coordinator.tenant(tenant).engine.graph();
  });
}
