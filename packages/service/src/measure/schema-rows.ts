import { Type } from "typebox";
import {
  Amount,
  AtMs,
  Certainty,
  Cost,
  Count,
  Latency,
  Name,
  nullable,
  Outcomes,
  Retries,
  Share,
} from "./schema-parts.ts";

/** The rows of a measurement's tables. Each table is sorted, the most expensive first, and bounded: see `leftOut`. */

const DEPENDENCY = "`kind:name`, such as `tool:idp_lookup`.";

export const TailPart = Type.Object({
  dependency: Name(
    "A dependency; `agent` for time in which no call was open: the agent's own work, and what nobody traced.",
  ),
  share: Share("Of the time of these runs. Where calls run side by side, time is split evenly."),
  meanMs: Amount("Milliseconds of one of these runs, on average."),
});

const TailSide = nullable(
  Type.Object(
    {
      runs: Count("Slow runs it is told from: those at or above the class' p95."),
      runMeanMs: Amount("How long such a run took on average, milliseconds."),
      parts: Type.Array(TailPart, { description: "The largest share first; shares add up to 1." }),
    },
    { description: "null where there were no such runs." },
  ),
);

export const WorkflowRow = Type.Object({
  workflow: Name("Class of the workflow: the behavioural name of the span at its root."),
  runs: Count("Units of work whose root has ended."),
  latency: Latency,
  calls: Count("What agents wanted done, below these roots."),
  attempts: Count("Tries it took."),
  attemptsPerCall: Amount("attempts / calls: 1 where nothing is ever retried."),
  attemptsPerRun: Amount("attempts / runs: the product of the amplifications along its fan-out."),
  attemptsPerRunP95: Amount("95 of 100 runs made no more attempts than this."),
  retries: Retries,
  failedRuns: Count("Runs with a call that ended badly in the end."),
  tail: Type.Object(
    { inDrift: TailSide, outOfDrift: TailSide },
    {
      description:
        "Where the slowest twentieth of the runs spent its time: runs during which a dependency that they called drifted (see `drifts`, of either kind), and the others.",
    },
  ),
  runsInDrift: Count("Runs during which a dependency that they called drifted."),
  latencyInDrift: Latency,
  latencyOutOfDrift: Latency,
  cost: Cost,
});

export const DependencyRow = Type.Object({
  dependency: Name(DEPENDENCY),
  calls: Count("Calls that ended."),
  attempts: Count("Attempts that ended, `refused` left out."),
  attemptsPerCall: Amount("attempts / calls."),
  outcomes: Outcomes,
  retries: Retries,
  agents: Count("Agents that called it."),
  latency: Latency,
  latencyInDrift: Latency,
  latencyOutOfDrift: Latency,
  driftSeconds: Amount("Seconds during which it drifted: see `drifts`."),
  selfMeanMs: nullable(
    Amount("Milliseconds of an attempt that no call below it answers for, on average."),
  ),
  cut: Count("Attempts that a time-out cut while the server worked on: see `cuts`."),
  cost: Cost,
});

export const AgentRow = Type.Object({
  agent: Name("Who calls."),
  runs: Count(
    "Units of work in which it called anything; bounded, so large numbers are likely only.",
  ),
  calls: Count("Calls that ended."),
  attempts: Count("Attempts that ended."),
  attemptsPerCall: Amount("attempts / calls."),
  failed: Count("Attempts that failed, were throttled or timed out."),
  retries: Retries,
  latency: Latency,
  cost: Cost,
});

export const HopRow = Type.Object({
  from: Name("A dependency whose calls call on, else an agent."),
  to: Name(DEPENDENCY),
  calls: Count("Calls over this edge."),
  attempts: Count("Attempts over this edge."),
  parents: Count(
    "Calls to `from` that made at least one call over this edge; of an agent: its runs.",
  ),
  widthMean: Amount("calls / parents: calls side by side or in turn below one parent."),
  widthMax: Count("The widest."),
  attemptsPerCall: Amount("attempts / calls on this edge."),
  amplification: Amount("attempts / parents: what one parent becomes on this hop."),
  certainty: Certainty,
});

export const BurstAgent = Type.Object({
  agent: Name("Who retried; a run of an agent where all of them are one agent."),
  retries: Count("Retries in this burst."),
});

export const BurstRow = Type.Object({
  dependency: Name(DEPENDENCY),
  fromMs: AtMs("First retry."),
  toMs: AtMs("Last retry."),
  retries: Count("Retries in it: all of them count as correlated."),
  attempts: Count("Attempts that started in it, retries included."),
  failed: Count("Attempts that started in it and failed."),
  agents: Count("Agents that retried in it."),
  runs: Count("Units of work that retried in it; counted up to 1,000."),
  topAgents: Type.Array(BurstAgent, { description: "At most 8, the most retries first." }),
  coherence: nullable(
    Amount(
      "How synchronised: variance of the sum of all participants' retries per bucket, divided by the sum of the variances. 1: independent. N: N participants in lock-step. null with fewer than 3 buckets.",
    ),
  ),
  spreadMs: Amount("Standard deviation of the retries' start times, milliseconds."),
  bucketMs: Amount("Width of the buckets in which coherence was measured, milliseconds."),
  reproduction: nullable(
    Type.Object(
      {
        mean: Amount("Failed attempts that one failed attempt causes, by way of retries."),
        low: Amount("Lower end of the 95 % interval."),
        high: Amount("Upper end of the 95 % interval."),
      },
      { description: "R at its highest in the burst; null with too few retries to say." },
    ),
  ),
  chance: Amount(
    "Chance that independent agents would have made so many retries in the burst's worst bucket.",
  ),
  cost: Cost,
  certainty: Certainty,
});

export const LoopRow = Type.Object({
  agent: Name("Who repeats itself."),
  dependency: Name(DEPENDENCY),
  outcome: Name("How each repetition ended."),
  cycles: Count("Longest repetition: how often the same was done again, evenly spaced."),
  times: Count("How many such repetitions there were."),
  fromMs: AtMs("When the first was noticed."),
  toMs: AtMs("When the last was noticed."),
  cost: Cost,
  certainty: Certainty,
});

export const CutRow = Type.Object({
  dependency: Name(DEPENDENCY),
  attempts: Count("Attempts whose server worked on after the caller had gone."),
  clientMeanMs: Amount("How long the caller waited, on average, milliseconds."),
  serverMeanMs: Amount("How long the server worked, on average, milliseconds."),
  serverSeconds: Amount("Server seconds after the caller had gone: nobody used what came of them."),
  attemptsBelow: Count("Attempts that such work started after its caller had gone."),
  timeouts: Count("Attempts that timed out and of which no server span is known."),
  cost: Cost,
  certainty: Certainty,
});

export const DriftRow = Type.Object({
  dependency: Name(DEPENDENCY),
  kind: Name("`degraded`: slower than its own usual. `failing`: fails more than its usual."),
  fromMs: AtMs("When it began, as far as the detector can tell."),
  firedMs: AtMs("When the detector was sure."),
  toMs: AtMs("When it was over, or when the data ends."),
  isOpen: Type.Boolean({ description: "Still so when the data ends." }),
  summary: Name("In words, with the numbers it was told from."),
});

export const FindingRow = Type.Object({
  kind: Name(
    "`retry_burst`, `lone_retries`, `drift`, `fanout`, `loop`, `cut`, `throttled`, `failing` or `healthy`; more may come.",
  ),
  subject: Name("What it is about: a dependency, a workflow class or an agent."),
  sentence: Name("In plain words, with its numbers."),
  advice: Name("What could be done about it, in one sentence; empty where there is nothing to do."),
  cost: Cost,
  shareOfAgentTime: Share("Of all agent seconds."),
  certainty: Certainty,
});
