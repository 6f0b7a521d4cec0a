import { Type } from "typebox";
import type { Static } from "typebox";
import { Amount, AtMs, Certainty, Cost, Count, Name, nullable, Share } from "./schema-parts.ts";
import {
  AgentRow,
  BurstRow,
  CutRow,
  DependencyRow,
  DriftRow,
  FindingRow,
  HopRow,
  LoopRow,
  WorkflowRow,
} from "./schema-rows.ts";
import { CostBar, LatencyBand, Raster, TreeNode } from "./schema-series.ts";

/** Moves only when a reader of the one before would misread the next. Fields are added without moving it. */
export const MEASUREMENT_VERSION = 1 as const;

const Reasons = (description: string) =>
  Type.Record(Type.String(), Type.Integer({ minimum: 0 }), { description });

const Input = Type.Object({
  name: Name("File, `stdin` or URL as given, without credentials."),
  format: Name("What it was read as: `otlp-json`, `otlp-protobuf`, `jaeger`, `zipkin` and so on."),
  spans: Count("Spans read from it."),
  rejected: Count("Lines or spans of it that could not be read."),
});

const Coverage = Type.Object({
  inputs: Type.Array(Input, { description: "At most 100." }),
  spans: Type.Object({
    read: Count("Spans read."),
    used: Count("Spans within the range asked for, told to derivation."),
    outOfRange: Count("Left out by `--from`, `--to` or `--service`."),
    rejected: Reasons("What could not be read, by why."),
    dropped: Reasons("What derivation gave up on, by why."),
  }),
  fromMs: nullable(AtMs("Start of the first span used.")),
  toMs: nullable(AtMs("End of the last span used.")),
  traces: Count("Traces with at least one workflow that ended, counted as roots."),
  share: Type.Object(
    {
      agent: nullable(Share("Attempts whose agent a span or resource names.")),
      outcome: nullable(
        Share("Attempts whose outcome is told (a status, a status code or an error type)."),
      ),
      serverSide: nullable(Share("Attempts of which the server's span is there too.")),
      tokens: nullable(Share("Calls to models whose span tells tokens.")),
      workflow: nullable(Share("Attempts that lie below a workflow's root.")),
      parent: nullable(Share("Spans that name a parent, and whose parent is there.")),
    },
    {
      description: "What the data has of what could be known. null where there is nothing to ask.",
    },
  ),
  notes: Type.Array(Type.String(), {
    description: "In words: what the gaps mean for the numbers.",
  }),
});

const Totals = Type.Object({
  runs: Count("Units of work whose root has ended."),
  calls: Count("Calls."),
  attempts: Count("Attempts."),
  attemptsPerCall: Amount("attempts / calls."),
  retries: Count("Retries."),
  correlatedRetries: Count("Retries that came in bursts."),
  failed: Count("Attempts that failed, were throttled or timed out."),
  agents: Count("Agents."),
  dependencies: Count("Dependencies."),
  workflows: Count("Workflow classes."),
});

const CostTotals = Type.Object({
  currency: nullable(Name("As the price file says; null without one.")),
  total: Cost,
  coordination: Cost,
  coordinationShare: nullable(
    Share(
      "coordination.agentSeconds / total.agentSeconds: what better spacing could have won at most.",
    ),
  ),
  certainty: Certainty,
});

/** The result of `headway measure`: what `--json` prints, and what every other form of the report is made from. */
export const MeasurementSchema = Type.Object(
  {
    format: Type.Literal("headway.measurement"),
    version: Type.Literal(MEASUREMENT_VERSION),
    coverage: Coverage,
    totals: Totals,
    cost: CostTotals,
    findings: Type.Array(FindingRow, {
      description: "What to know first: the most expensive first, at most 12.",
    }),
    workflows: Type.Array(WorkflowRow, { description: "At most 50, the most agent time first." }),
    dependencies: Type.Array(DependencyRow, {
      description: "At most 200, the most agent time first.",
    }),
    agents: Type.Array(AgentRow, { description: "At most 100, the most agent time first." }),
    hops: Type.Array(HopRow, {
      description: "The fan-out map: at most 500, the most attempts first.",
    }),
    bursts: Type.Array(BurstRow, { description: "At most 100, the most retries first." }),
    loops: Type.Array(LoopRow, { description: "At most 100, the most cycles first." }),
    cuts: Type.Array(CutRow, { description: "At most 100, the most server seconds first." }),
    drifts: Type.Array(DriftRow, { description: "At most 200, by time." }),
    series: Type.Object({
      rasters: Type.Array(Raster, { description: "The dependencies with the most retries first." }),
      latency: Type.Array(LatencyBand, { description: "The most agent time first." }),
      tree: Type.Array(TreeNode, {
        description:
          "The fan-out of all workflow classes; the most agent time first among siblings.",
      }),
      bars: Type.Array(CostBar, { description: "What agent time went into; `useful` last." }),
    }),
    leftOut: Reasons(
      "Rows that the bounds left out, by table: their numbers are in the totals and in nothing else.",
    ),
  },
  {
    $id: "urn:headway:measurement:1",
    title: "Headway measurement",
    description:
      "What coordination cost, derived from recorded spans. Durations are milliseconds unless a name says otherwise, times are Unix milliseconds.",
  },
);

type Frozen<Value> = { readonly [Key in keyof Value]: Frozen<Value[Key]> };

export type Measurement = Frozen<Static<typeof MeasurementSchema>>;
