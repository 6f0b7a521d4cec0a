import { readFirst } from "../attribute-reader.ts";
import { TRANSPARENT, type Identity } from "../identity.ts";
import { dependencyKey } from "../name.ts";
import { SPAN_KIND, type SpanView } from "../span-view.ts";
import { ALIASES } from "./aliases.ts";

/** Brokers: sending is a call; so is processing, whose attempts are deliveries. Waiting for a message is neither. */
export function messaging(span: SpanView): Identity | undefined {
  const destination = readFirst(span.attributes, ALIASES.destination);
  if (destination === undefined) return undefined;
  const operation = readFirst(span.attributes, ALIASES.messagingOperation);
  const dependency = dependencyKey("queue", destination);
  if (operation === "process" || (operation === undefined && span.kind === SPAN_KIND.consumer)) {
    return { layer: "call", dependency, operation: "process", boundary: true };
  }
  if (
    span.kind === SPAN_KIND.producer ||
    operation === "send" ||
    operation === "publish" ||
    operation === "create"
  ) {
    return { layer: "call", dependency, operation: "send", claims: true };
  }
  return TRANSPARENT;
}
