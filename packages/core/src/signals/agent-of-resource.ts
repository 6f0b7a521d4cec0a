import { readFirst, readString } from "./attribute-reader.ts";
import { cleanName } from "./name.ts";
import type { SpanView } from "./span-view.ts";

/** Who calls where no agent's span is above: whom the resource names, else whom the process does, else the resource's instance. */
export function agentOfResource(
  { resource }: SpanView,
  agent: string | undefined,
): string | undefined {
  const main = readFirst(resource, ["gen_ai.main_agent.name", "gen_ai.main_agent.id"]);
  if (main !== undefined) return cleanName(main);
  if (agent !== undefined) return agent;
  const instance = readString(resource, "service.instance.id");
  return instance === undefined ? undefined : cleanName(instance);
}
