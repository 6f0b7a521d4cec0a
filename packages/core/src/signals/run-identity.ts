import type { Identity } from "./identity.ts";
import { cleanName } from "./name.ts";
import type { RunStart } from "./run.ts";

/** What a hook run is to derivation: a call that the hook names itself. */
export function identityOfRun({ dependency, operation = "", agent, attempt }: RunStart): Identity {
  return {
    layer: "call",
    dependency: cleanName(dependency),
    operation,
    agent: agent && cleanName(agent),
    attempt,
    claims: true,
  };
}

/** Nothing says that anything is above it, or that it belongs with others. */
export function isByItself({
  parent,
  traceId,
  parentSpanId,
  workflow,
  attempt,
}: RunStart): boolean {
  return (
    parent === undefined &&
    traceId === undefined &&
    parentSpanId === undefined &&
    workflow === undefined &&
    attempt === undefined
  );
}
