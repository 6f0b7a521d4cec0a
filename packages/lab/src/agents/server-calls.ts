import type { Random } from "@headway/core";
import type { CallDependency, ServiceRequest } from "../plant/plant.ts";
import type { Attempt } from "../policies/policy.ts";
import type { BackoffSpec } from "../scenario/scenario.ts";
import { CallTry } from "./call-try.ts";
import type { Caller } from "./caller.ts";
import type { Processes } from "./processes.ts";
import { RetryLayers } from "./retry-layers.ts";

/** A server's own retries: the usual of HTTP clients, with full jitter. */
const BACKOFF: BackoffSpec = {
  kind: "exponential",
  baseMs: 100,
  factor: 2,
  maxMs: 2_000,
  jitter: 1,
};

/**
 * The calls that dependencies make while they serve. They pass the guard of their server's process, and carry the priority and the
 * deadline of the workflow they serve; that the attempt above was given up in the meantime they do not know, unless the dependency
 * cancels its work.
 */
export function createServerCalls(
  { serverOf, ids }: Processes,
  random: (purpose: string) => Random,
  caller: () => Caller,
): CallDependency {
  const layersOf = new Map<string, RetryLayers>();
  const layersFor = (from: string, attempts: number): RetryLayers => {
    const key = `${attempts} ${from}`;
    const known = layersOf.get(key);
    if (known !== undefined) return known;
    const layers = new RetryLayers(
      {
        sdk: { attempts, backoff: BACKOFF },
        agent: { attempts: 1, backoff: { kind: "none" } },
      },
      random(`backoff/server:${from}`),
    );
    layersOf.set(key, layers);
    return layers;
  };
  return (from, { dependency, attempts }, request, done) => {
    const parent = attemptOf(request);
    const process = serverOf.get(from)!;
    const context = {
      process,
      agent: ids[process]!,
      workflow: parent?.workflow ?? 0,
      operation: `${from}>${dependency}`,
      priority: request.priority,
      deadlineMs: request.deadlineMs,
      parent,
    };
    return caller().call(caller().targetOf(dependency), context, layersFor(from, attempts), done);
  };
}

function attemptOf(request: ServiceRequest): Attempt | undefined {
  return request instanceof CallTry ? request : undefined;
}
