import type { FileNode } from "./file-node.ts";
import type { NumberRange } from "./number-range.ts";
import type { BackoffSpec, LayerSpec, RetrySpec } from "./scenario.ts";

const ATTEMPTS: NumberRange = { min: 1, max: 100, integer: true };
const MS: NumberRange = { min: 0, max: 3_600_000 };
const FACTOR: NumberRange = { min: 1, max: 10 };
const SHARE: NumberRange = { min: 0, max: 1 };

/**
 * What an agent does unless its file says otherwise: an SDK that backs off as the OpenAI clients do (half a second, doubled up to
 * eight, less up to a quarter), inside an agent's own loop with exponential back-off and full jitter.
 */
const RETRIES_DEFAULT: RetrySpec = {
  sdk: {
    attempts: 2,
    backoff: { kind: "exponential", baseMs: 500, factor: 2, maxMs: 8_000, jitter: 0.25 },
  },
  agent: {
    attempts: 3,
    backoff: { kind: "exponential", baseMs: 1_000, factor: 2, maxMs: 30_000, jitter: 1 },
  },
};

export function parseRetries(node: FileNode | undefined): RetrySpec {
  const fields = node?.fields(["sdk", "agent"]);
  return {
    sdk: layerOf(fields?.get("sdk"), RETRIES_DEFAULT.sdk),
    agent: layerOf(fields?.get("agent"), RETRIES_DEFAULT.agent),
  };
}

/** A number alone is the attempts; the back-off is then the usual one. */
function layerOf(node: FileNode | undefined, fallback: LayerSpec): LayerSpec {
  if (node === undefined) return fallback;
  if (!node.isMapping) return { ...fallback, attempts: node.number(ATTEMPTS) };
  const fields = node.fields(["attempts", "backoff"]);
  const backoff = fields.get("backoff");
  return {
    attempts: fields.number("attempts", ATTEMPTS, fallback.attempts),
    backoff: backoff === undefined ? fallback.backoff : backoffOf(backoff),
  };
}

function backoffOf(node: FileNode): BackoffSpec {
  const keys = ["kind", "ms", "baseMs", "factor", "maxMs", "jitter"] as const;
  const kind = node.fields(keys).need("kind").oneOf(["none", "fixed", "exponential"]);
  switch (kind) {
    case "none":
      node.fields(["kind"]);
      return { kind };
    case "fixed":
      return { kind, ms: node.fields(["kind", "ms"]).number("ms", MS) };
    case "exponential": {
      const fields = node.fields(["kind", "baseMs", "factor", "maxMs", "jitter"]);
      return {
        kind,
        baseMs: fields.number("baseMs", MS),
        factor: fields.number("factor", FACTOR, 2),
        maxMs: fields.number("maxMs", MS),
        jitter: fields.number("jitter", SHARE, 1),
      };
    }
  }
}
