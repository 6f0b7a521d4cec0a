import { readFirst, readInteger } from "../attribute-reader.ts";
import type { Identity } from "../identity.ts";
import { cleanName, dependencyKey } from "../name.ts";
import type { SpanView } from "../span-view.ts";
import { ALIASES } from "./aliases.ts";
import { providerName, providerOfModel } from "./provider.ts";

/** Google's APIs name a model by its path; project and region in it are not the model. */
const MODELS = "models/";

/** `model:provider/model`, of whatever the two are called here. */
export function modelDependency(span: SpanView): string {
  const path = readFirst(span.attributes, ALIASES.model);
  const model =
    path?.includes(MODELS) === true ? path.slice(path.lastIndexOf(MODELS) + MODELS.length) : path;
  const named = readFirst(span.attributes, ALIASES.provider);
  const provider = named === undefined ? model && providerOfModel(model) : providerName(named);
  return dependencyKey("model", provider, model);
}

export function modelCall(span: SpanView, operation: string): Identity {
  return {
    layer: "call",
    dependency: modelDependency(span),
    operation,
    agent: agentOf(span),
    hiddenRetries: hiddenRetriesOf(span),
    claims: true,
  };
}

export function toolCall(span: SpanView, name: string): Identity {
  return {
    layer: "call",
    dependency: dependencyKey("tool", name),
    operation: "execute_tool",
    agent: agentOf(span),
    callId: readFirst(span.attributes, ALIASES.toolCall),
    claims: true,
  };
}

export function agentOf(span: SpanView): string | undefined {
  const name = readFirst(span.attributes, ALIASES.agent);
  return name === undefined ? undefined : cleanName(name);
}

/** On a transport span the same attribute is an ordinal; on a call's span it is how often its client tried again inside. */
function hiddenRetriesOf(span: SpanView): number | undefined {
  const count = readInteger(span.attributes, "http.request.resend_count");
  return count !== undefined && count > 0 ? Math.min(count, HIDDEN_RETRIES_MAX) : undefined;
}

/** No client tries this often within one call: a larger number is a broken sender's. */
const HIDDEN_RETRIES_MAX = 100;
