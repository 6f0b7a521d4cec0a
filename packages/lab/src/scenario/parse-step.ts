import { HeadwayError } from "@headway/core";
import type { FileNode } from "./file-node.ts";
import type { NumberRange } from "./number-range.ts";
import { unknownKey } from "./nearest.ts";
import type { StepSpec } from "./scenario.ts";

const TIMES: NumberRange = { min: 1, max: 1_000, integer: true };
const PAUSE_MS: NumberRange = { min: 0, max: 3_600_000 };

/** What makes a step what it is: the one of these keys that it has. */
const KINDS = ["call", "all", "sequence", "pauseMs", "repeat"] as const;

/** `known` are the names of the dependencies. A name alone is a call. */
export function parseStep(node: FileNode, known: readonly string[]): StepSpec {
  if (!node.isMapping) return callOf(node, node, known);
  const kind = kindOf(node);
  switch (kind) {
    case "call": {
      const fields = node.fields(["call", "operation", "fallback", "optional"]);
      return callOf(fields.need("call"), node, known);
    }
    case "all": {
      const fields = node.fields(["all", "times"]);
      const steps = parseSteps(fields.need("all"), known);
      const times = fields.number("times", TIMES, 1);
      return { kind, steps: Array.from({ length: times }, () => steps).flat() };
    }
    case "sequence":
      return { kind, steps: parseSteps(node.fields([kind]).need(kind), known) };
    case "pauseMs":
      return { kind: "pause", meanMs: node.fields([kind]).number(kind, PAUSE_MS) };
    case "repeat": {
      const fields = node.fields(["repeat", "times", "while"]);
      return {
        kind,
        step: sequenceOf(fields.need("repeat"), known),
        times: fields.number("times", TIMES),
        while: fields.get("while")?.oneOf(["failing", "always"]) ?? "failing",
      };
    }
  }
}

/** One step, or a list of them. */
export function parseSteps(node: FileNode, known: readonly string[]): StepSpec[] {
  if (!node.isList) return [parseStep(node, known)];
  const steps = node.items().map((step) => parseStep(step, known));
  return steps.length > 0 ? steps : node.fail("ERR_CONFIG_RANGE", "must have a step at least");
}

function sequenceOf(node: FileNode, known: readonly string[]): StepSpec {
  const [first, ...rest] = parseSteps(node, known);
  if (first === undefined) return node.fail("ERR_CONFIG_RANGE", "must have a step at least");
  return rest.length === 0 ? first : { kind: "sequence", steps: [first, ...rest] };
}

/** `step` is the mapping around the name, where there is one. */
function callOf(name: FileNode, step: FileNode, known: readonly string[]): StepSpec {
  const dependency = name.reference(known, "dependency");
  const fields = step.isMapping
    ? step.fields(["call", "operation", "fallback", "optional"])
    : undefined;
  return {
    kind: "call",
    dependency,
    operation: fields?.get("operation")?.text() ?? dependency.slice(dependency.indexOf(":") + 1),
    fallback: (fields?.get("fallback")?.items() ?? []).map((other) =>
      other.reference(known, "dependency"),
    ),
    optional: fields?.boolean("optional", false) ?? false,
  };
}

function kindOf(node: FileNode): (typeof KINDS)[number] {
  const keys = node.entries().map(([key]) => key);
  const found = KINDS.filter((kind) => keys.includes(kind));
  const [kind, other] = found;
  if (kind === undefined) {
    const [first] = node.entries();
    if (first !== undefined) throw unknownKey(first[1].path, first[0], KINDS, first[1].where);
    return node.fail("ERR_CONFIG_TYPE", `must have one of ${KINDS.join(", ")}`);
  }
  if (other === undefined) return kind;
  throw new HeadwayError(
    "ERR_CONFIG_TYPE",
    `${node.path} must have one of ${KINDS.join(", ")}, got ${found.join(" and ")} (${node.where})`,
  );
}
