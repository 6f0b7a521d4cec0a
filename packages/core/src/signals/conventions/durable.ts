import { readFirst, readFirstInteger, readInteger, readString } from "../attribute-reader.ts";
import { TRANSPARENT, type Identity } from "../identity.ts";
import { cleanName, dependencyKey } from "../name.ts";
import { SPAN_KIND, type SpanView } from "../span-view.ts";
import { ALIASES } from "./aliases.ts";

/**
 * Durable engines run a step again until it succeeds, often in another process, and give each try a span of its own.
 * A step does not claim the transport spans below it: it is work, which may well call several dependencies.
 */
export function temporal(span: SpanView): Identity | undefined {
  if (!span.scope.startsWith("@temporalio/interceptor")) return undefined;
  const colon = span.name.indexOf(":");
  if (colon < 0) return TRANSPARENT;
  const type = span.name.slice(colon + 1);
  if (span.name.startsWith("RunActivity:")) return step(type, { operation: "run" });
  if (span.name.startsWith("RunWorkflow:")) {
    return { layer: "workflow", dependency: "", operation: "", workflow: cleanName(type) };
  }
  return TRANSPARENT;
}

export function restate(span: SpanView): Identity | undefined {
  const run = readString(span.attributes, "restate.run.name");
  if (run !== undefined) return step(run, { operation: "run" });
  const invocation = readString(span.attributes, "restate.invocation.id");
  if (invocation === undefined) return undefined;
  const target = readString(span.attributes, "restate.invocation.target");
  if (target === undefined && !span.name.startsWith("attempt ")) return TRANSPARENT;
  return step(target ?? span.name.slice("attempt ".length), {
    operation: "attempt",
    lineage: invocation,
    boundary: true,
  });
}

const BULLMQ_WORK: ReadonlySet<string> = new Set(["process", "add", "addBulk", "addNode"]);

export function bullmq(span: SpanView): Identity | undefined {
  const queue = readString(span.attributes, "bullmq.queue.name");
  const operation = readString(span.attributes, "bullmq.queue.operation");
  if (queue === undefined) return operation === undefined ? undefined : TRANSPARENT;
  const dependency = dependencyKey("queue", queue);
  if (span.kind === SPAN_KIND.consumer) {
    // Counts the try that ends, so it is 1 at the end of the first.
    const made = readFirstInteger(span.attributes, ALIASES.bullmqAttempts);
    const attempt = made === undefined ? undefined : Math.max(made, 1);
    return {
      layer: "call",
      dependency,
      operation: "process",
      boundary: true,
      failsByException: true,
      attempt,
    };
  }
  if (span.kind === SPAN_KIND.producer && (operation === undefined || BULLMQ_WORK.has(operation))) {
    return { layer: "call", dependency, operation: "send", failsByException: true, claims: true };
  }
  // Locks, timers and polling: housekeeping that would drown the work.
  return TRANSPARENT;
}

export function inngest(span: SpanView): Identity | undefined {
  const id = readString(span.attributes, "inngest.step.id");
  if (id === undefined) return undefined;
  const zeroBased = readInteger(span.attributes, "inngest.step.attempt");
  return step(id, {
    operation: "run",
    attempt: zeroBased === undefined ? undefined : zeroBased + 1,
  });
}

export function dbos(span: SpanView): Identity | undefined {
  if (span.scope !== "dbos-tracer") return undefined;
  const type = readFirst(span.attributes, ALIASES.dbosType);
  const name = readFirst(span.attributes, ALIASES.dbosName);
  if (type === undefined || name === undefined) return undefined;
  switch (type.toLowerCase()) {
    case "step":
    case "transaction":
      return step(name, { operation: "run" });
    case "workflow":
      return { layer: "workflow", dependency: "", operation: "", workflow: cleanName(name) };
    default:
      return TRANSPARENT;
  }
}

function step(name: string, rest: Omit<Identity, "layer" | "dependency">): Identity {
  return { layer: "call", dependency: dependencyKey("step", name), ...rest };
}
