import { readFirst, readString } from "../attribute-reader.ts";
import { TRANSPARENT, type Identity } from "../identity.ts";
import { cleanName } from "../name.ts";
import type { SpanView } from "../span-view.ts";
import { ALIASES } from "./aliases.ts";
import { toolCall } from "./model-call.ts";

/** Traceloop's own kinds, on the spans that carry no `gen_ai.operation.name`. */
export function traceloop(span: SpanView): Identity | undefined {
  const kind = readString(span.attributes, "traceloop.span.kind");
  if (kind === undefined) return undefined;
  const entity = readString(span.attributes, "traceloop.entity.name");
  switch (kind.toLowerCase()) {
    case "tool":
      return toolCall(span, readFirst(span.attributes, ALIASES.tool) ?? entity ?? "unknown");
    case "agent":
      return {
        layer: "agent",
        dependency: "",
        operation: "invoke_agent",
        agent: entity && cleanName(entity),
      };
    case "workflow": {
      const workflow = readString(span.attributes, "traceloop.workflow.name") ?? entity;
      return {
        layer: "workflow",
        dependency: "",
        operation: "",
        workflow: workflow && cleanName(workflow),
      };
    }
    default:
      return TRANSPARENT;
  }
}
