import { HeadwayError } from "@headway/core";
import type { FileNode } from "./file-node.ts";
import type { NumberRange } from "./number-range.ts";
import { parseCoordination } from "./parse-coordination.ts";
import { parseDependency } from "./parse-dependency.ts";
import { parseFault } from "./parse-fault.ts";
import { parseWorkload } from "./parse-workload.ts";
import type { DependencySpec, FaultSpec, Scenario } from "./scenario.ts";

const DURATION_S: NumberRange = { min: 1, max: 1_000_000 };

const FIELDS = [
  "summary",
  "durationS",
  "measure",
  "dependencies",
  "workloads",
  "faults",
  "coordination",
] as const;

/** The whole file as what it means, or the first mistake in it. */
export function parseScenario(name: string, file: FileNode): Scenario {
  const fields = file.fields(FIELDS);
  const durationS = fields.number("durationS", DURATION_S);
  const dependencies = dependenciesOf(fields.need("dependencies"));
  const ids = dependencies.map(({ id }) => id);
  const workloads = filled(fields.need("workloads"), "workload").map(([workload, node]) =>
    parseWorkload(workload, node, ids),
  );
  const context = { durationS, dependencies, workloads: workloads.map((spec) => spec.name) };
  const faults = (fields.get("faults")?.items() ?? []).map((fault) => parseFault(fault, context));
  return {
    name,
    summary: fields.need("summary").text(),
    durationS,
    measure: measureOf(fields.get("measure"), { file, durationS, faults }),
    dependencies,
    workloads,
    faults,
    coordination: parseCoordination(fields.get("coordination"), durationS),
  };
}

function filled(node: FileNode, what: string): (readonly [string, FileNode])[] {
  const entries = node.entries();
  return entries.length > 0
    ? entries
    : node.fail("ERR_CONFIG_RANGE", `must have a ${what} at least`);
}

function dependenciesOf(node: FileNode): DependencySpec[] {
  const entries = filled(node, "dependency");
  const known = entries.map(([id]) => id);
  const dependencies = entries.map(([id, entry]) => parseDependency(id, entry, known));
  for (const [id, entry] of entries) {
    const circle = circleFrom([id], dependencies);
    if (circle === undefined) continue;
    throw new HeadwayError(
      "ERR_CONFIG_RANGE",
      `${entry.path}.calls must not lead back to where they began, got ${circle.join(" → ")} (${entry.where})`,
    );
  }
  return dependencies;
}

/** The way of calls that leads from the path's first dependency back to it. */
function circleFrom(
  path: readonly string[],
  dependencies: readonly DependencySpec[],
): readonly string[] | undefined {
  const calls = dependencies.find(({ id }) => id === path.at(-1))?.calls ?? [];
  for (const { dependency } of calls) {
    if (dependency === path[0]) return [...path, dependency];
    // A circle further on is told where it begins.
    if (path.includes(dependency)) continue;
    const found = circleFrom([...path, dependency], dependencies);
    if (found !== undefined) return found;
  }
  return undefined;
}

interface MeasureContext {
  readonly file: FileNode;
  readonly durationS: number;
  readonly faults: readonly FaultSpec[];
}

function measureOf(
  node: FileNode | undefined,
  { file, durationS, faults }: MeasureContext,
): Scenario["measure"] {
  if (node === undefined) {
    const [first] = faults;
    if (first !== undefined) return { fromS: first.fromS, toS: first.toS };
    return file.fail(
      "ERR_CONFIG_TYPE",
      "must have measure where there are no faults",
      " without it",
    );
  }
  const fields = node.fields(["fromS", "toS"]);
  const fromS = fields.number("fromS", { min: 0, max: durationS - 1 });
  return { fromS, toS: fields.number("toS", { min: fromS + 1, max: durationS }) };
}
