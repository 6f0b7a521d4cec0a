import type { AttemptOutcome } from "../messages.ts";
import type { Check } from "./arrivals.ts";

export interface IdentityClientOptions {
  readonly url: string;
  /** What the provider knows this process by. */
  readonly client: string;
  readonly timeoutMs: number;
}

type Failure = Exclude<AttemptOutcome, "ok">;

/** An attempt that brought nothing. Its `code` and `status` are those that clients of HTTP services commonly give their errors. */
export class AttemptFailed extends Error {
  override readonly name = "AttemptFailed";
  readonly outcome: Failure;
  readonly code: string | undefined;
  readonly status: number | undefined;

  constructor(outcome: Failure) {
    super(outcome);
    this.outcome = outcome;
    this.code = CODES[outcome];
    this.status = STATUSES[outcome];
  }
}

const CODES: Partial<Record<Failure, string>> = {
  timeout: "ETIMEDOUT",
  deadline: "ABORT_ERR",
  broken: "ECONNRESET",
};
const STATUSES: Partial<Record<Failure, number>> = { full: 503, locked: 429 };

/** One attempt at one check: a plain `fetch` with a timeout, which is what the instrumentation of undici sees. */
export async function requestCheck(
  check: Check,
  signal: AbortSignal,
  options: IdentityClientOptions,
): Promise<void> {
  const timeout = AbortSignal.timeout(options.timeoutMs);
  const outcome = await fetch(`${options.url}/v1/checks/${check}`, {
    method: "POST",
    headers: { "x-client-id": options.client },
    signal: AbortSignal.any([signal, timeout]),
  }).then(
    async (response) => {
      await response.body?.cancel();
      return outcomeOf(response.status);
    },
    (): AttemptOutcome => (signal.aborted ? "deadline" : timeout.aborted ? "timeout" : "broken"),
  );
  if (outcome !== "ok") throw new AttemptFailed(outcome);
}

function outcomeOf(status: number): AttemptOutcome {
  if (status < 400) return "ok";
  if (status === 429) return "locked";
  return status === 503 ? "full" : "broken";
}
