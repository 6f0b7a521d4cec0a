import { readString } from "./attribute-reader.ts";
import { cleanName } from "./name.ts";
import type { SpanNode } from "./span-node.ts";
import type { SpanView } from "./span-view.ts";

/** What a unit of work is called that does not say so itself: by the agent that it is, or the service that began it. */
export function nameOfRoot({ identity, agent }: SpanNode, { resource }: SpanView): string {
  const service = readString(resource, "service.name");
  const named = identity.layer === "agent" ? agent : undefined;
  return named ?? (service && cleanName(service)) ?? "unknown";
}
