import type { Random } from "@headway/core";
import type { AttemptEnd } from "../policies/policy.ts";
import type { LayerSpec, RetrySpec } from "../scenario/scenario.ts";
import { type Backoff, createBackoff } from "./backoff.ts";

/** What OpenAI's and Anthropic's SDKs obey; a longer wish they take for none and use their own back-off. */
const RETRY_AFTER_MS_MAX = 60_000;

/**
 * Two layers that retry without knowing of each other: the SDK's within each try of the agent's. So a call that fails for good has
 * made the product of both. The SDK obeys a throttle's Retry-After instead of its own back-off; the agent's layer never sees the header.
 */
export class RetryLayers {
  readonly #sdk: LayerSpec;
  readonly #triesMax: number;
  readonly #sdkBackoff: Backoff;
  readonly #agentBackoff: Backoff;

  constructor({ sdk, agent }: RetrySpec, random: Random) {
    this.#sdk = sdk;
    this.#triesMax = sdk.attempts * agent.attempts;
    this.#sdkBackoff = createBackoff(sdk.backoff, random);
    this.#agentBackoff = createBackoff(agent.backoff, random);
  }

  /** How long to wait after the call's `tries`-th try failed so; undefined: that was the last. */
  waitAfter(tries: number, { retryAfterMs }: AttemptEnd): number | undefined {
    if (tries >= this.#triesMax) return undefined;
    const inSdk = tries % this.#sdk.attempts;
    if (inSdk === 0) return this.#agentBackoff(tries / this.#sdk.attempts);
    const backoffMs = this.#sdkBackoff(inSdk);
    const obeys =
      retryAfterMs !== undefined && retryAfterMs > 0 && retryAfterMs <= RETRY_AFTER_MS_MAX;
    return obeys ? retryAfterMs : backoffMs;
  }
}
