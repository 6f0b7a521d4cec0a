import { Type } from "typebox";
import type { TObject, TProperties, TSchema } from "typebox";

/** The schemas of live-view.ts, which says what each field means. Kept apart from it, so that a page takes types and no code. */

const Instant = Type.String({ description: "RFC 3339, on the service's clock." });
const Text = Type.String();
const Count = Type.Number();

function orNull<Schema extends TSchema>(schema: Schema) {
  return Type.Union([schema, Type.Null()]);
}

/** Strict, so that a test of what is sent finds what a type does not know. */
function object<Properties extends TProperties>(
  properties: Properties,
  description = "",
): TObject<Properties> {
  return Type.Object(properties, {
    additionalProperties: false,
    ...(description === "" ? {} : { description }),
  });
}

const PriorityRange = object({ from: Count, to: Count });

const Shape = object({
  concurrency: Type.Optional(Count),
  ratePerSecond: Type.Optional(Count),
  fanOut: Type.Optional(Count),
  retries: Type.Optional(Count),
});

const NOW = {
  callsPerSecond: Count,
  attemptsPerSecond: Count,
  errorShare: Count,
  throttledShare: Count,
  retryShare: Count,
  p50Ms: orNull(Count),
  p95Ms: orNull(Count),
  p99Ms: orNull(Count),
  inFlight: Count,
  bound: orNull(Count),
  waiting: Count,
  agents: Count,
};

const Values = Type.Array(orNull(Count));

const LiveAction = object({
  id: Text,
  action: Text,
  mode: Text,
  priority: PriorityRange,
  agent: Type.Optional(Text),
  shape: Type.Optional(Shape),
  notBefore: Type.Optional(Instant),
  reason: object({ code: Text, summary: Text }),
  since: Instant,
  until: Instant,
});

const LiveOverride = object({
  action: Text,
  shape: Type.Optional(Shape),
  priority: PriorityRange,
  until: Instant,
  why: Text,
  by: Text,
});

const DEPENDENCY = {
  id: Text,
  state: Text,
  trouble: Type.Number({ description: "0 is well; the larger, the further up." }),
  mode: Text,
  now: object(NOW, "The last second that is over."),
  usualMs: orNull(Count),
  actions: Type.Array(LiveAction),
  override: orNull(LiveOverride),
  detections: Type.Array(Text),
  isRoot: Type.Boolean({ description: "Trouble spreads from here." }),
  rootCause: orNull(Text),
};

const Recent = Type.Optional(
  object({ endsAt: Instant, p50Ms: Values, p95Ms: Values, inFlight: Values }),
);

const LiveDependency = object({ ...DEPENDENCY, recent: Recent });
const LiveDependencyPatch = object({ ...Type.Partial(object(DEPENDENCY)).properties, id: Text });

const EDGE_ID = { from: Text, to: Text };

const LiveEdge = object({
  ...EDGE_ID,
  callsPerSecond: Count,
  amplification: Count,
  agents: Type.Optional(Count),
  isSpreading: Type.Boolean(),
});

const LiveRaster = object(
  {
    endsAt: Instant,
    seconds: Count,
    rows: Type.Array(object({ agent: Text, dependency: Text, retries: Type.Array(Count) })),
    others: Type.Array(Count),
    agents: Count,
    retries: Count,
  },
  "Retries, agents by seconds.",
);

const CLAIM = {
  id: Text,
  kind: Text,
  dependency: Text,
  agent: Type.Optional(Text),
  workflow: Type.Optional(Text),
  startedAt: Instant,
  firedAt: orNull(Instant),
  severity: Count,
  summary: Text,
  evidence: Type.Record(Type.String(), Type.Unknown()),
};

const Series = object({
  metric: Text,
  unit: Text,
  endsAt: Instant,
  values: Values,
  usual: orNull(Count),
});

const LiveDetection = object({ ...CLAIM, series: Series });
const LiveDetectionPatch = object({ ...CLAIM, series: Type.Optional(Series) });

const LiveLogEntry = object({
  at: Instant,
  kind: Text,
  dependency: orNull(Text),
  by: Text,
  summary: Text,
  id: orNull(Text),
});

const LiveSavings = object({
  since: Instant,
  callsHeld: Type.Number({ description: "Counted." }),
  callsTurnedAway: Type.Number({ description: "Counted; part of those held." }),
  callsAdvised: Type.Number({ description: "Counted: would have been held." }),
  secondsWaited: Type.Number({ description: "Counted." }),
  retriesHeldBackEstimate: Type.Number({ description: "An estimate." }),
});

const LiveConnections = object({
  stream: Count,
  poll: Count,
  reportsOnly: Count,
  stale: Count,
  instances: Type.Array(
    object({ id: Text, via: Text, heardAt: orNull(Instant), isStale: Type.Boolean() }),
  ),
  instancesUntold: Count,
});

export const LiveViewSchema = object(
  {
    frame: Type.Integer(),
    serverTime: Instant,
    tenant: Text,
    isLive: Type.Boolean(),
    notKept: Type.Array(Type.String({ description: "A part of the view that is not kept." })),
    mode: Text,
    dependencies: Type.Array(LiveDependency),
    dependenciesUntold: Count,
    graph: object({ edges: Type.Array(LiveEdge) }),
    raster: LiveRaster,
    detections: Type.Array(LiveDetection),
    detectionsUntold: Count,
    log: Type.Array(LiveLogEntry),
    savings: LiveSavings,
    connections: LiveConnections,
  },
  "With `at`: what was kept of that moment.",
);

export const LiveDeltaSchema = object({
  frame: Type.Integer(),
  after: Type.Integer(),
  serverTime: Instant,
  mode: Type.Optional(Text),
  dependencies: Type.Optional(Type.Array(LiveDependencyPatch)),
  dependenciesGone: Type.Optional(Type.Array(Text)),
  dependenciesUntold: Type.Optional(Count),
  edges: Type.Optional(Type.Array(LiveEdge)),
  edgesGone: Type.Optional(Type.Array(object(EDGE_ID))),
  raster: Type.Optional(LiveRaster),
  detections: Type.Optional(Type.Array(LiveDetectionPatch)),
  detectionsGone: Type.Optional(Type.Array(Text)),
  detectionsUntold: Type.Optional(Count),
  log: Type.Optional(Type.Array(LiveLogEntry)),
  savings: Type.Optional(LiveSavings),
  connections: Type.Optional(LiveConnections),
});

export const LiveHistorySchema = object({
  serverTime: Instant,
  dependency: Text,
  from: Instant,
  to: Instant,
  keptFrom: Instant,
  seconds: Type.Array(object({ ...NOW, endsAt: Instant })),
  detections: Type.Array(object(CLAIM)),
  log: Type.Array(LiveLogEntry),
  usualMs: orNull(Count),
});

export const OverridePreviewSchema = object({
  serverTime: Instant,
  dependency: Text,
  callsPerSecond: Count,
  agents: Count,
  instances: Count,
  inFlight: Count,
  waiting: Type.Array(object({ priority: Count, calls: Count, isInScope: Type.Boolean() })),
  replaces: Type.Array(LiveAction),
  override: orNull(LiveOverride),
  sentences: Type.Array(Text),
});
