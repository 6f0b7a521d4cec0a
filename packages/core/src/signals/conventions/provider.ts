/** Other names of providers whose well-known name in the conventions is the value. */
const SAME_AS: ReadonlyMap<string, string> = new Map([
  ["amazon-bedrock", "aws.bedrock"],
  ["azure", "azure.ai.inference"],
  ["azure-openai", "azure.ai.openai"],
  ["bedrock", "aws.bedrock"],
  ["gemini", "gcp.gemini"],
  ["google", "gcp.gemini"],
  ["google_genai", "gcp.gemini"],
  ["google-vertex", "gcp.vertex_ai"],
  ["mistral", "mistral_ai"],
  ["mistralai", "mistral_ai"],
  ["vertex", "gcp.vertex_ai"],
  ["vertex_ai", "gcp.vertex_ai"],
  ["vertexai", "gcp.vertex_ai"],
  ["xai", "x_ai"],
]);

/** The conventions' own names that have dots: the part before the first is not the provider. */
const DOTTED: ReadonlySet<string> = new Set([
  "aws.bedrock",
  "azure.ai.inference",
  "azure.ai.openai",
  "gcp.gemini",
  "gcp.gen_ai",
  "gcp.vertex_ai",
  "ibm.watsonx.ai",
]);

const MODEL_FAMILIES: readonly (readonly [prefix: string, provider: string])[] = [
  ["gpt-", "openai"],
  ["o1", "openai"],
  ["o3", "openai"],
  ["o4", "openai"],
  ["text-embedding-", "openai"],
  ["claude-", "anthropic"],
  ["gemini-", "gcp.gemini"],
  ["deepseek-", "deepseek"],
  ["grok-", "x_ai"],
];

const HOSTS: readonly (readonly [suffix: string, provider: string])[] = [
  ["api.openai.com", "openai"],
  ["api.anthropic.com", "anthropic"],
  ["generativelanguage.googleapis.com", "gcp.gemini"],
  ["aiplatform.googleapis.com", "gcp.vertex_ai"],
  [".openai.azure.com", "azure.ai.openai"],
  ["api.mistral.ai", "mistral_ai"],
  ["api.deepseek.com", "deepseek"],
  ["api.groq.com", "groq"],
  ["api.x.ai", "x_ai"],
  ["api.cohere.com", "cohere"],
  ["api.perplexity.ai", "perplexity"],
];

/** One name for one provider, whoever wrote it: `openai.responses`, `OpenAI` and `openai` are the same account's limits. */
export function providerName(raw: string): string {
  const name = raw.toLowerCase();
  if (DOTTED.has(name)) return name;
  const same = SAME_AS.get(name);
  if (same !== undefined) return same;
  const dot = name.indexOf(".");
  if (dot < 0) return name;
  const first = name.slice(0, dot);
  if (first === "google") return name.startsWith("google.vertex") ? "gcp.vertex_ai" : "gcp.gemini";
  return SAME_AS.get(first) ?? first;
}

/** Sources that do not name the provider still name the model, and the families' names are the providers' own. */
export function providerOfModel(model: string): string | undefined {
  return MODEL_FAMILIES.find(([prefix]) => model.startsWith(prefix))?.[1];
}

export function providerOfHost(host: string): string | undefined {
  if (host.startsWith("bedrock-runtime")) return "aws.bedrock";
  return HOSTS.find(([suffix]) => host.endsWith(suffix))?.[1];
}
