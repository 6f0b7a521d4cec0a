import { HeadwayError } from "@headway/core";
import type { Random } from "@headway/core";
import type { DependencySpec, Scenario } from "../scenario/scenario.ts";
import type { EventQueue } from "../simulation/event-queue.ts";
import { Condition } from "./condition.ts";
import { Lockout } from "./lockout.ts";
import { Outlook } from "./outlook.ts";
import type { InnerOutlook, OutlookParts } from "./outlook.ts";
import type { CallDependency, Plant } from "./plant.ts";
import { Provider } from "./provider.ts";
import { serviceTimes } from "./service-times.ts";
import { straightCalls } from "./straight-calls.ts";
import { TokenBucket } from "./token-bucket.ts";

/**
 * All dependencies of a scenario, with their faults planned. Its streams are `service/<dependency>` and `fate/<dependency>`. Where no
 * `callDependency` is handed in, dependencies call each other straight.
 */
export function createPlant(
  { dependencies, faults }: Pick<Scenario, "dependencies" | "faults">,
  events: EventQueue,
  random: (purpose: string) => Random,
  callDependency?: CallDependency,
): Plant {
  const parts = new Map<string, OutlookParts & { readonly outlook: Outlook }>();
  const providers = new Map<string, Provider>();
  const calls =
    callDependency ??
    straightCalls(events, (id) => ({
      dependency: providers.get(id)!,
      timeoutMs: specs.get(id)!.timeoutMs,
    }));
  const specs = new Map(dependencies.map((spec) => [spec.id, spec]));
  for (const spec of calleesFirst(specs)) {
    const part = partsOf(spec, faults, random, (id) => ({
      outlook: parts.get(id)!.outlook,
      timeoutMs: specs.get(id)!.timeoutMs,
    }));
    parts.set(spec.id, part);
    providers.set(
      spec.id,
      new Provider(spec, {
        ...part,
        events,
        fate: random(`fate/${spec.id}`),
        lockout: spec.lockout && new Lockout(spec.lockout),
        callDependency: calls,
      }),
    );
  }
  // In the scenario's order, not in that of the calls.
  return { dependencies: new Map(dependencies.map(({ id }) => [id, providers.get(id)!])) };
}

function partsOf(
  spec: DependencySpec,
  faults: Scenario["faults"],
  random: (purpose: string) => Random,
  calleeOf: (id: string) => Pick<InnerOutlook, "outlook" | "timeoutMs">,
): OutlookParts & { readonly outlook: Outlook } {
  const { id, servers, rejectMs, rateLimit } = spec;
  const parts: OutlookParts = {
    servers,
    rejectMs,
    services: serviceTimes(spec.service, random(`service/${id}`)),
    condition: new Condition(id, faults),
    bucket: rateLimit && new TokenBucket(rateLimit.perSecond, rateLimit.burst),
    inner: spec.calls.map(({ dependency, times, attempts }) => ({
      ...calleeOf(dependency),
      times,
      attempts,
    })),
  };
  return { ...parts, outlook: new Outlook(parts) };
}

/** Each after those that it calls. A ring of calls would hold its own servers for ever, so it is a mistake. */
function calleesFirst(specs: ReadonlyMap<string, DependencySpec>): readonly DependencySpec[] {
  const sorted = new Set<DependencySpec>();
  const visit = (id: string, path: readonly string[]): void => {
    const spec = specs.get(id);
    if (spec === undefined || path.includes(id)) {
      const rule = spec ? "call in one direction" : "call dependencies of the scenario";
      const calls = [...path, id].join(" -> ");
      throw new HeadwayError("ERR_CONFIG_RANGE", `dependencies must ${rule}, got ${calls}`);
    }
    if (sorted.has(spec)) return;
    for (const { dependency } of spec.calls) visit(dependency, [...path, id]);
    sorted.add(spec);
  };
  for (const id of specs.keys()) visit(id, []);
  return [...sorted];
}
