import type { Fields, FileNode } from "./file-node.ts";
import type { NumberRange } from "./number-range.ts";
import type { FaultSpec, Scenario } from "./scenario.ts";

const FACTOR: NumberRange = { min: 0.01, max: 1_000 };
const SHARE: NumberRange = { min: 0, max: 1 };
const PER_MINUTE: NumberRange = { min: 0, max: 10 };
const PERIOD_S: NumberRange = { min: 0.1, max: 86_400 };
const ANSWERS: NumberRange = { min: 1, max: 100_000_000, integer: true };

/** What each kind has beside `kind`, `fromS` and `toS`. */
const FIELDS = {
  slowdown: ["dependency", "factor"],
  capacity: ["dependency", "share"],
  quota: ["dependency", "share"],
  errors: ["dependency", "share"],
  ramp: ["dependency", "perMinute"],
  flapping: ["dependency", "periodS", "factor"],
  cold: ["dependency", "factor", "answers"],
  partial: ["dependency", "share"],
  hang: ["dependency", "share"],
  spike: ["workload", "factor"],
} as const satisfies Record<FaultSpec["kind"], readonly string[]>;

const KINDS = [
  "slowdown",
  "capacity",
  "quota",
  "errors",
  "ramp",
  "flapping",
  "cold",
  "partial",
  "hang",
  "spike",
] as const satisfies readonly FaultSpec["kind"][];

type Key = "kind" | "fromS" | "toS" | (typeof FIELDS)[FaultSpec["kind"]][number];

export interface FaultContext {
  readonly durationS: number;
  readonly dependencies: Scenario["dependencies"];
  readonly workloads: readonly string[];
}

export function parseFault(node: FileNode, context: FaultContext): FaultSpec {
  const all = Object.values(FIELDS).flat();
  const kind = node
    .fields(["kind", "fromS", "toS", ...all])
    .need("kind")
    .oneOf(KINDS);
  const fields: Fields<Key> = node.fields<Key>(["kind", "fromS", "toS", ...FIELDS[kind]]);
  const fromS = fields.number("fromS", { min: 0, max: context.durationS });
  const toS = fields.number("toS", { min: fromS, max: context.durationS });
  return { fromS, toS, ...whatOf(kind, fields, context) };
}

type Unspanned<Fault> = Fault extends FaultSpec ? Omit<Fault, "fromS" | "toS"> : never;

function whatOf(
  kind: FaultSpec["kind"],
  fields: Fields<Key>,
  context: FaultContext,
): Unspanned<FaultSpec> {
  if (kind === "spike") {
    const workload = fields.need("workload").reference(context.workloads, "workload");
    return { kind, workload, factor: fields.number("factor", FACTOR) };
  }
  const name = fields.need("dependency");
  const dependency = name.reference(
    context.dependencies.map(({ id }) => id),
    "dependency",
  );
  switch (kind) {
    case "slowdown":
      return { kind, dependency, factor: fields.number("factor", FACTOR) };
    case "quota":
      if (context.dependencies.find(({ id }) => id === dependency)?.rateLimit === undefined)
        name.fail("ERR_CONFIG_RANGE", "must name a dependency that has a rateLimit");
      return { kind, dependency, share: fields.number("share", SHARE) };
    case "capacity":
    case "errors":
    case "partial":
    case "hang":
      return { kind, dependency, share: fields.number("share", SHARE) };
    case "ramp":
      return { kind, dependency, perMinute: fields.number("perMinute", PER_MINUTE) };
    case "flapping":
      return {
        kind,
        dependency,
        periodS: fields.number("periodS", PERIOD_S),
        factor: fields.number("factor", FACTOR),
      };
    case "cold":
      return {
        kind,
        dependency,
        factor: fields.number("factor", FACTOR),
        answers: fields.number("answers", ANSWERS),
      };
  }
}
