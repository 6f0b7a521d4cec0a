import { providerName } from "@headway/core/signals";

/**
 * `model:provider/model`, with the provider's name in the GenAI semantic conventions whatever the AI SDK calls it
 * (`openai.responses`, `google.vertex.chat`): a call that the hook sees and the span of the same call are about one dependency.
 */
export function modelDependency(provider: string, modelId: string): string {
  return `model:${providerName(provider)}/${modelId}`;
}
