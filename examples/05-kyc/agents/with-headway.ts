import { createHeadway, NotNow } from "@headway/sdk";
import type { Headway } from "@headway/sdk";
import { HeadwaySpanProcessor } from "@headway/sdk/otel";
import { Postponed } from "./gate.ts";
import type { Gate } from "./gate.ts";
import { startTelemetry } from "./telemetry.ts";

const DEPENDENCY = "tool:idp_lookup";

/** How long an agent waits for its turn before it puts the case back and takes another. */
const PATIENCE_MS = { person: 5_000, rescreening: 500 };

/** All that Headway adds to the agents: a span processor that listens, and a hook before each attempt. */
export function startWith(service: string, url: string, heldBack: (waitMs: number) => void): Gate {
  const headway = createHeadway({ url, agent: service });
  startTelemetry(service, [new HeadwaySpanProcessor(headway)]);
  headway.on("applied", ({ admitted, waitMs }) => {
    if (admitted && waitMs > 0) heldBack(waitMs);
  });
  return headwayGate(headway);
}

function headwayGate(headway: Headway): Gate {
  return async (call, attempt) => {
    const waitMs = call.priority === 1 ? PATIENCE_MS.person : PATIENCE_MS.rescreening;
    try {
      return await headway.run({ ...call, dependency: DEPENDENCY, waitMs }, attempt);
    } catch (error) {
      throw error instanceof NotNow ? new Postponed(error.retryAfterMs) : error;
    }
  };
}
