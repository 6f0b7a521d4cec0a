import type { Priority } from "@headway/core/signals";
import { parseRetries } from "./parse-retries.ts";
import { parseSteps } from "./parse-step.ts";
import type { FileNode } from "./file-node.ts";
import type { NumberRange } from "./number-range.ts";
import type { ArrivalSpec, WorkloadSpec } from "./scenario.ts";

const COUNT: NumberRange = { min: 1, max: 100_000, integer: true };
const RATE: NumberRange = { min: 0.001, max: 1_000_000 };
const SECONDS: NumberRange = { min: 0.001, max: 86_400 };
const START_S: NumberRange = { min: 0, max: 100_000_000 };
const PAUSE_MS: NumberRange = { min: 0, max: 3_600_000 };
const SHARE: NumberRange = { min: 0, max: 1 };

const PRIORITIES: readonly Priority[] = [1, 2, 3, 4, 5];
const PRIORITY_DEFAULT: Priority = 3;
/** Shares are written with few digits: .33, .33 and .34. */
const SHARE_TOLERANCE = 1e-6;

const FIELDS = ["processes", "arrivals", "deadlineS", "priorities", "steps", "retries"] as const;

/** One entry under `workloads`; `dependencies` are the names of all. */
export function parseWorkload(
  name: string,
  node: FileNode,
  dependencies: readonly string[],
): WorkloadSpec {
  const fields = node.fields(FIELDS);
  const priorities = fields.get("priorities");
  return {
    name,
    processes: fields.number("processes", COUNT),
    arrivals: arrivalsOf(fields.need("arrivals")),
    deadlineS: fields.number("deadlineS", SECONDS),
    priorities:
      priorities === undefined
        ? [{ priority: PRIORITY_DEFAULT, share: 1 }]
        : prioritiesOf(priorities),
    steps: parseSteps(fields.need("steps"), dependencies),
    retries: parseRetries(fields.get("retries")),
  };
}

function arrivalsOf(node: FileNode): ArrivalSpec {
  const keys = ["kind", "perSecond", "model", "startS", "agents", "pauseMs"] as const;
  const kind = node.fields(keys).need("kind").oneOf(["poisson", "servegen", "azure", "closed"]);
  switch (kind) {
    case "poisson":
      return { kind, perSecond: node.fields(["kind", "perSecond"]).number("perSecond", RATE) };
    case "servegen": {
      const fields = node.fields(["kind", "model", "perSecond", "startS"]);
      return {
        kind,
        model: fields.need("model").text(),
        perSecond: fields.number("perSecond", RATE),
        startS: fields.number("startS", START_S, 0),
      };
    }
    case "azure": {
      const fields = node.fields(["kind", "perSecond", "startS"]);
      return {
        kind,
        perSecond: fields.number("perSecond", RATE),
        startS: fields.number("startS", START_S, 0),
      };
    }
    case "closed": {
      const fields = node.fields(["kind", "agents", "pauseMs"]);
      return {
        kind,
        agents: fields.number("agents", COUNT),
        pauseMs: fields.number("pauseMs", PAUSE_MS, 0),
      };
    }
  }
}

/** `{ 1: 0.2, 3: 0.8 }`, or one priority for all. */
function prioritiesOf(node: FileNode): WorkloadSpec["priorities"] {
  if (!node.isMapping) return [{ priority: priorityOf(node, node.value), share: 1 }];
  const priorities = node.entries().map(([key, share]) => ({
    priority: priorityOf(share, Number(key)),
    share: share.number(SHARE),
  }));
  const sum = priorities.reduce((total, { share }) => total + share, 0);
  if (Math.abs(sum - 1) > SHARE_TOLERANCE)
    node.fail(
      "ERR_CONFIG_RANGE",
      "must have shares that add up to 1",
      ` of ${Number(sum.toFixed(6))} in all`,
    );
  return priorities;
}

function priorityOf(node: FileNode, value: unknown): Priority {
  return (
    PRIORITIES.find((priority) => priority === value) ??
    node.fail("ERR_CONFIG_RANGE", "must be of a priority between 1 and 5")
  );
}
