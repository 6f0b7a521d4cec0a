/**
 * 3. No service at all: the same engine inside one process. Forty tasks share a model that takes ten requests a second and says so with
 *    429 and a Retry-After. Each task's own backoff knows nothing of the others; the hook gives them one common "not before".
 */
import { setTimeout as pause } from "node:timers/promises";
import { POLICY_DEFAULT } from "@headway/core";
import { createHeadway } from "@headway/sdk";

const TASKS = 40;
const LIMIT_PER_SECOND = 10;

class RateLimited extends Error {
  readonly status = 429;
  readonly retryAfterMs = 1_000;
}

/** A model behind a limit of ten requests in each second, and what it saw. */
function createModel() {
  const seen = { answered: 0, refused: 0 };
  let left = LIMIT_PER_SECOND;
  const refill = setInterval(() => (left = LIMIT_PER_SECOND), 1_000);
  const ask = async (): Promise<string> => {
    await pause(30);
    if (left === 0) {
      seen.refused += 1;
      throw new RateLimited("too many requests");
    }
    left -= 1;
    seen.answered += 1;
    return "answer";
  };
  return { ask, seen, close: () => clearInterval(refill) };
}

async function alone(ask: () => Promise<string>): Promise<void> {
  for (let attempt = 0; attempt < 40; attempt += 1) {
    try {
      await ask();
      return;
    } catch {
      await pause(250 * (0.5 + Math.random()));
    }
  }
}

const before = createModel();
await Promise.all(Array.from({ length: TASKS }, () => alone(before.ask)));
before.close();
console.log(
  `each for itself: ${before.seen.answered} answers, ${before.seen.refused} refusals on the way`,
);

const after = createModel();
const enforce = {
  ...POLICY_DEFAULT,
  defaults: { ...POLICY_DEFAULT.defaults, mode: "enforce" as const },
};
{
  // Disposed at the end of the block: the last signals are handed over and nothing is left running.
  await using headway = createHeadway({ policy: enforce });
  const call = { dependency: "model:local/tiny", waitMs: 60_000, attemptsMax: 40 };
  await Promise.all(Array.from({ length: TASKS }, () => headway.retry(call, after.ask)));
}
after.close();
console.log(
  `with Headway:    ${after.seen.answered} answers, ${after.seen.refused} refusals on the way`,
);
