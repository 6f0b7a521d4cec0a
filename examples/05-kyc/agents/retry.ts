import { setTimeout as pause } from "node:timers/promises";
import { AttemptFailed } from "./identity-client.ts";

export interface RetryOptions {
  readonly attemptsMax: number;
  readonly random: () => number;
  readonly signal: AbortSignal;
}

const BACKOFF_MS_FIRST = 500;
const BACKOFF_MS_MAX = 8_000;
const JITTER_SHARE = 0.25;

/**
 * Retries as the SDKs of the large model and identity providers do by default: two retries after time-outs, 429 and 5xx; half a second
 * doubled each time, at most eight, less a random quarter.
 */
export async function withRetries<Result>(
  options: RetryOptions,
  attempt: (number: number) => Promise<Result>,
): Promise<Result> {
  for (let number = 1; ; number += 1) {
    try {
      return await attempt(number);
    } catch (error) {
      if (
        !(error instanceof AttemptFailed) ||
        error.outcome === "deadline" ||
        number >= options.attemptsMax
      )
        throw error;
      const backoffMs = Math.min(BACKOFF_MS_FIRST * 2 ** (number - 1), BACKOFF_MS_MAX);
      await pause(backoffMs * (1 - JITTER_SHARE * options.random()), undefined, {
        signal: options.signal,
      }).catch(() => {
        throw new AttemptFailed("deadline");
      });
    }
  }
}
