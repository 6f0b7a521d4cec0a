import type { Measurement } from "../measurement.ts";
import {
  certaintyColumn,
  costColumns,
  countColumn,
  factorColumn,
  meanColumn,
  msColumn,
  nameColumn,
  perCallColumn,
  retryColumns,
  secondsColumn,
} from "./cells.ts";
import type { Markup } from "./markup.ts";
import { renderTable } from "./table.ts";

type Workflow = Measurement["workflows"][number];
type Dependency = Measurement["dependencies"][number];
type Agent = Measurement["agents"][number];
type Hop = Measurement["hops"][number];

const DEPENDENCIES_MAX = 200;

export function renderWorkflows({ workflows, cost, leftOut }: Measurement): Markup {
  return renderTable<Workflow>({
    caption: "Workflow classes",
    rows: workflows,
    leftOut: leftOut["workflows"],
    columns: [
      nameColumn("Workflow class", ({ workflow }) => workflow),
      countColumn("Runs", ({ runs }) => runs),
      countColumn("Failed", ({ failedRuns }) => failedRuns),
      perCallColumn(),
      meanColumn("Attempts per run", ({ attemptsPerRun }) => attemptsPerRun),
      countColumn("p95 of runs", ({ attemptsPerRunP95 }) => attemptsPerRunP95),
      ...retryColumns<Workflow>(),
      msColumn("p50", ({ latency }) => latency?.p50Ms ?? null),
      msColumn("p99", ({ latency }) => latency?.p99Ms ?? null),
      msColumn("p99 in drift", ({ latencyInDrift }) => latencyInDrift?.p99Ms ?? null),
      msColumn("p99 otherwise", ({ latencyOutOfDrift }) => latencyOutOfDrift?.p99Ms ?? null),
      ...costColumns(workflows, cost.currency),
    ],
  });
}

export function renderDependencies({ dependencies, cost, leftOut }: Measurement): Markup {
  return renderTable<Dependency>({
    caption: "Dependencies",
    rows: dependencies,
    rowsMax: DEPENDENCIES_MAX,
    leftOut: leftOut["dependencies"],
    columns: [
      nameColumn("Dependency", ({ dependency }) => dependency),
      countColumn("Calls", ({ calls }) => calls),
      countColumn("Attempts", ({ attempts }) => attempts),
      perCallColumn(),
      ...retryColumns<Dependency>(),
      countColumn("Failed", ({ outcomes }) => outcomes.error + outcomes.timeout),
      countColumn("Throttled", ({ outcomes }) => outcomes.throttled),
      countColumn("Agents", ({ agents }) => agents),
      msColumn("p50", ({ latency }) => latency?.p50Ms ?? null),
      msColumn("p99", ({ latency }) => latency?.p99Ms ?? null),
      msColumn("p99 in drift", ({ latencyInDrift }) => latencyInDrift?.p99Ms ?? null),
      secondsColumn("In drift for", ({ driftSeconds }) => driftSeconds),
      ...costColumns(dependencies, cost.currency),
    ],
  });
}

export function renderAgents({ agents, cost, leftOut }: Measurement): Markup {
  return renderTable<Agent>({
    caption: "Agents",
    rows: agents,
    leftOut: leftOut["agents"],
    columns: [
      nameColumn("Agent", ({ agent }) => agent),
      countColumn("Runs", ({ runs }) => runs),
      countColumn("Calls", ({ calls }) => calls),
      countColumn("Attempts", ({ attempts }) => attempts),
      perCallColumn(),
      ...retryColumns<Agent>(),
      countColumn("Failed", ({ failed }) => failed),
      msColumn("p50", ({ latency }) => latency?.p50Ms ?? null),
      msColumn("p99", ({ latency }) => latency?.p99Ms ?? null),
      ...costColumns(agents, cost.currency),
    ],
  });
}

export function renderHops({ hops, leftOut }: Measurement): Markup {
  return renderTable<Hop>({
    caption: "Hops: from whom to what, and by how much each multiplies",
    rows: hops,
    leftOut: leftOut["hops"],
    columns: [
      nameColumn("From", ({ from }) => from),
      nameColumn("To", ({ to }) => to),
      factorColumn("Amplification", ({ amplification }) => amplification),
      perCallColumn(),
      factorColumn("Width", ({ widthMean }) => widthMean),
      countColumn("Widest", ({ widthMax }) => widthMax),
      countColumn("Parents", ({ parents }) => parents),
      countColumn("Calls", ({ calls }) => calls),
      countColumn("Attempts", ({ attempts }) => attempts),
      certaintyColumn(({ certainty }) => certainty),
    ],
  });
}
