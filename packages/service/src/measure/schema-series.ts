import { Type } from "typebox";
import { Amount, AtMs, Count, Name, nullable } from "./schema-parts.ts";

/** For plots. All bounded: at most 8 rasters of 64 rows and 240 buckets, 12 bands of 240 buckets, 200 tree nodes, 12 bars. */

const Buckets = {
  fromMs: AtMs("Start of bucket 0."),
  bucketMs: Amount("Width of a bucket, milliseconds."),
  buckets: Count("How many buckets; bucket i covers fromMs + i * bucketMs up to the next."),
};

const RasterCell = Type.Tuple([Type.Integer(), Type.Integer(), Type.Integer()], {
  description: "Row, bucket, retries. Sparse: what is not listed is 0. By row, then bucket.",
});

export const Raster = Type.Object(
  {
    dependency: Name("Whose retries these are."),
    rowsAre: Type.Union([Type.Literal("agents"), Type.Literal("runs")], {
      description:
        "Runs where fewer than three agents retried: then runs are what may act in step.",
    }),
    rows: Type.Array(Type.String(), {
      description: "Who, by first retry; at most 64, those with the most retries.",
    }),
    rowsLeftOut: Count("Participants that retried and have no row."),
    ...Buckets,
    cells: Type.Array(RasterCell),
    total: Type.Array(Type.Integer(), {
      description: "All retries by bucket, those without a row included.",
    }),
    bursts: Type.Array(Type.Object({ fromMs: AtMs("Start."), toMs: AtMs("End.") })),
  },
  { description: "Retry raster: participants × time." },
);

const BandPoint = Type.Object({
  bucket: Count("Which bucket. Buckets without traffic are left out."),
  attempts: Count("Attempts that ended in it."),
  failed: Count("Of those, failed, throttled or timed out."),
  retries: Count("Of those, retries."),
  p50Ms: nullable(
    Amount("Milliseconds, of attempts that were answered or waited for in vain; null with none."),
  ),
  p95Ms: nullable(Amount("Milliseconds.")),
  p99Ms: nullable(Amount("Milliseconds.")),
});

export const LatencyBand = Type.Object(
  {
    dependency: Name("Whose attempts these are."),
    ...Buckets,
    points: Type.Array(BandPoint),
    drifts: Type.Array(
      Type.Object({
        kind: Name("`degraded` or `failing`."),
        fromMs: AtMs("Start."),
        toMs: AtMs("End."),
      }),
    ),
  },
  { description: "Latency over time, with the intervals in which the dependency drifted." },
);

export const TreeNode = Type.Object(
  {
    id: Count("Position in the list."),
    parent: nullable(Count("Id of the node above; null for a workflow class.")),
    kind: Type.Union([Type.Literal("workflow"), Type.Literal("dependency")]),
    name: Name("Workflow class or dependency."),
    calls: Count("Calls on this path; of a workflow: its runs."),
    attempts: Count("Attempts on this path; of a workflow: its runs."),
    retries: Count("Of those, retries."),
    failed: Count("Of those, failed, throttled or timed out."),
    amplification: Amount("attempts / attempts of the node above: this hop's factor."),
    perRun: Amount(
      "attempts / runs of the workflow class: the product of the factors down to here.",
    ),
    agentSeconds: Amount("Seconds of these attempts."),
  },
  { description: "A node of the fan-out tree; parents stand before their children." },
);

export const CostBar = Type.Object(
  {
    kind: Name(
      "`correlated_retries`, `lone_retries`, `loops`, `cut_work`, `drift_excess`, `useful`; more may come.",
    ),
    label: Name("In words."),
    agentSeconds: Amount("Seconds of agent time."),
    serverSeconds: Amount("Seconds of servers that nobody used."),
    attempts: Count("Attempts."),
    tokens: Count("Tokens in and out."),
    money: nullable(Amount("In `cost.currency`; null where unpriced.")),
    certainty: Type.Union([Type.Literal("confirmed"), Type.Literal("likely")]),
    byDependency: Type.Array(
      Type.Object({ dependency: Type.String(), agentSeconds: Amount("Seconds of agent time.") }),
      { description: "At most 6, the largest first." },
    ),
  },
  { description: "A bar of what the time went into. No second is in two bars." },
);
