import { Type } from "typebox";
import type { Static, TSchema } from "typebox";

/** Moves only when a reader of the one before would misread the next. Fields are added without moving it. */
export const REPLAY_REPORT_VERSION = 1;

const Nullable = <Schema extends TSchema>(
  schema: Schema,
): ReturnType<typeof Type.Union<[Schema, ReturnType<typeof Type.Null>]>> =>
  Type.Union([schema, Type.Null()]);
const Instant = (description: string) => Type.String({ description: `${description} RFC 3339.` });
const Count = (description: string) => Type.Integer({ minimum: 0, description });
const Seconds = (description: string) => Type.Number({ description: `${description} Seconds.` });
const Share = (description: string) =>
  Nullable(
    Type.Number({
      minimum: 0,
      maximum: 1,
      description: `${description} 0 to 1; null of nothing.`,
    }),
  );
const Words = (description: string) => Type.String({ description });

const Recording = Type.Object({
  files: Type.Array(Type.String()),
  spans: Count("Spans that were replayed."),
  reports: Count("Reports of processes' own signals that were replayed."),
  rejected: Count("Lines and spans that could not be read."),
  notes: Type.Array(Type.String(), { description: "What could not be read, in words." }),
  firstAt: Nullable(Instant("The first arrival.")),
  lastAt: Nullable(Instant("The last arrival.")),
  countedFrom: Nullable(Instant("What is before is learned from and not counted.")),
  via: Words(
    "`traces`: as OTLP traces at a service. `processor`: as signals of the span processor.",
  ),
  order: Words(
    "How it is known when each arrived: `recorded` by a service; `file`, by its place; `end`, as it ended; `processor`, as it happened.",
  ),
});

const FiredDetection = Type.Object({
  kind: Type.String(),
  dependency: Type.String(),
  agent: Nullable(Type.String()),
  startedAt: Instant("Where the detector puts the beginning."),
  firedAt: Instant("When it was named."),
  resolvedAt: Nullable(Instant("Null: it still fired at the end.")),
  severity: Type.Number(),
  summary: Type.String(),
});

const Episode = Type.Object(
  {
    dependency: Type.String(),
    beganAt: Instant("The earliest beginning that a detector claims."),
    noticedAt: Instant("The first word of it: a detection, or a decision taken on a first sign."),
    noticedBy: Words("The detection's kind, or the code of the decision's reason."),
    summary: Words("That first word, in a sentence."),
    resolvedAt: Nullable(Instant("Null: it still fired at the end.")),
    kinds: Type.Array(Type.String(), {
      description: "Detections in the order in which they fired.",
    }),
    firstFailureAt: Nullable(
      Instant("The very first error, time-out or throttle. Null: there was none."),
    ),
    leadSeconds: Nullable(
      Seconds("From the first word to the first failure; negative where the failure came first."),
    ),
    failingFrom: Nullable(
      Instant("The first failure that chance does not explain, by what was usual before."),
    ),
    leadToFailingSeconds: Nullable(Seconds("From the first word to `failingFrom`.")),
    usualFailureShare: Share("Attempts that failed before."),
  },
  { description: "Detections of one dependency that touch each other." },
);

const ShapeSaid = Type.Object({
  concurrency: Type.Optional(Type.Number()),
  ratePerSecond: Type.Optional(Type.Number()),
  fanOut: Type.Optional(Type.Number()),
  retries: Type.Optional(Type.Number()),
});

const DecisionVersion = Type.Object({
  at: Instant("From when on."),
  action: Type.String(),
  mode: Type.String(),
  shape: Nullable(ShapeSaid),
  notBefore: Nullable(Instant("Only with defer and hold.")),
  code: Words("The reason's code."),
  summary: Words("The reason in a sentence."),
});

const DecisionRun = Type.Object({
  dependency: Type.String(),
  agent: Nullable(Type.String()),
  priorityFrom: Type.Integer(),
  priorityTo: Type.Integer(),
  from: Instant("Issued."),
  to: Nullable(Instant("Ended. Null: it still stood at the end.")),
  versions: Type.Array(DecisionVersion),
});

const ByAction = Type.Object({
  shape: Count("Shaped."),
  defer: Count("Deferred."),
  hold: Count("Held."),
  shed: Count("Shed."),
});

const PriorityShare = Type.Object({
  priority: Type.Integer(),
  calls: Count("All calls."),
  heldBack: Count("Calls that would not have gone out when they did."),
});

const Effect = Type.Object(
  {
    attempts: Count("Attempts in the recording."),
    calls: Count("Attempts that are no retries."),
    failed: Count("Attempts that ended in an error, a time-out or a throttle."),
    callsUnder: Type.Object(
      { ...ByAction.properties },
      { description: "Calls that began while a decision was in force for them." },
    ),
    callsHeldBack: Type.Object(
      { ...ByAction.properties },
      { description: "Calls that would not have gone out when they did, by the action." },
    ),
    heldBackShare: Share("Of all calls."),
    priorities: Type.Array(PriorityShare),
    heldBack: Type.Object({
      attempts: Count("Calls and retries together."),
      calls: Count("Calls."),
      retries: Count("Retries."),
      good: Count("In the recording they succeeded within the usual time: false holds."),
      slow: Count("They succeeded, but took longer than usual."),
      failed: Count("They failed."),
      cancelled: Count("Their callers gave them up."),
    }),
    falseHoldShare: Share("`good` of the attempts held back."),
    saved: Type.Object(
      {
        attempts: Count("Attempts held back that failed in the recording."),
        retries: Count("Of these, retries."),
        agentSeconds: Seconds("What agents spent in them."),
        failedWhileInForce: Count(
          "All attempts that failed while a decision was in force for them.",
        ),
      },
      { description: "An estimate; `assumptions` says how it may be wrong." },
    ),
  },
  { description: "What the decisions would have done to the recorded attempts." },
);

const DependencyEffect = Type.Object({
  dependency: Type.String(),
  usualSeconds: Nullable(Seconds("95 % of its successes were faster before the first trouble.")),
  effect: Effect,
});

const AuditLine = Type.Object({
  at: Instant("The tick."),
  kind: Type.String(),
  dependency: Nullable(Type.String()),
  summary: Type.String(),
});

const PolicyOutcome = Type.Object({
  policy: Words("The file, or `default`."),
  version: Words("The policy's version, as its decisions carry it."),
  ticks: Count("Evaluations."),
  episodes: Type.Array(Episode),
  detections: Type.Array(FiredDetection),
  decisions: Type.Array(DecisionRun),
  enforced: Type.Boolean({
    description:
      "Whether any decision was to be obeyed. False: all were advice, or there was none.",
  }),
  total: Effect,
  dependencies: Type.Array(DependencyEffect),
  audit: Type.Array(AuditLine, { description: "As the service's own audit would hold it." }),
});

export const ReplayReportSchema = Type.Object({
  version: Type.Literal(REPLAY_REPORT_VERSION),
  recording: Recording,
  assumptions: Type.Array(Type.String(), {
    description: "What the figures rest on. Read them before you quote one.",
  }),
  policies: Type.Array(PolicyOutcome, { description: "In the order of the command line." }),
});

export type ReplayReport = Static<typeof ReplayReportSchema>;
export type PolicyOutcome = Static<typeof PolicyOutcome>;
export type EpisodeReport = Static<typeof Episode>;
export type EffectReport = Static<typeof Effect>;
export type DecisionReport = Static<typeof DecisionRun>;
