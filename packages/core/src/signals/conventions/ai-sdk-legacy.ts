import { readFirst, readString } from "../attribute-reader.ts";
import { TRANSPARENT, type Identity } from "../identity.ts";
import { cleanName } from "../name.ts";
import type { SpanView } from "../span-view.ts";
import { ALIASES } from "./aliases.ts";
import { modelCall, toolCall } from "./model-call.ts";

/** The AI SDK's older spans, named `ai.*`: the outer one is the agent's run, the one that ends in `.do…` is the model's call. */
export function aiSdkLegacy(span: SpanView): Identity | undefined {
  const operation = readString(span.attributes, "ai.operationId");
  if (operation === undefined) return undefined;
  if (operation === "ai.toolCall")
    return toolCall(span, readFirst(span.attributes, ALIASES.tool) ?? "unknown");
  if (operation.includes(".doEmbed")) return modelCall(span, "embeddings");
  if (operation.includes(".do")) return modelCall(span, "chat");
  const agent = readString(span.attributes, "ai.telemetry.functionId");
  if (agent === undefined) return TRANSPARENT;
  return { layer: "agent", dependency: "", operation: "invoke_agent", agent: cleanName(agent) };
}
