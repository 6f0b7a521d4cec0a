import type { ServerResponse } from "node:http";
import type { Consult, Verdict } from "@headway/core";
import { PRIORITY_DEFAULT } from "@headway/core/signals";
import type { Tenant } from "../runtime/tenant.ts";
import type { ApiContext } from "./api-context.ts";

export interface VerdictOptions {
  readonly tenant: Tenant;
  readonly consult: Consult;
  /** How long the caller lets us hold the answer. */
  readonly waitMs: number;
  readonly response: ServerResponse;
}

/** A hold whose time is over may stand until the next tick; asking all the time would not end it sooner. */
const AGAIN_MS_MIN = 50;

/** Whether the caller may send its attempt now. What is only advised is never enforced. */
export function isGo({ action, retryAfterMs, mode }: Verdict): boolean {
  if (mode !== "enforce") return true;
  return retryAfterMs <= 0 && (action === "proceed" || action === "shape");
}

/**
 * The engine's verdict now, or the first that lets the caller go within the time it gave us. A promise only where somebody is to
 * wait: most are answered at once.
 */
export function verdictFor(
  context: ApiContext,
  options: VerdictOptions,
): Verdict | Promise<Verdict> {
  const { coordinator, tuning } = context;
  const { tenant, consult, waitMs } = options;
  const startMs = coordinator.now();
  const ask = (): Verdict => {
    const nowMs = coordinator.now();
    return tenant.engine.decide(consultAfter(consult, nowMs - startMs), nowMs);
  };
  const verdict = ask();
  // A caller gives up at its time, whatever we send then, and most go on without an answer. So we answer before it.
  const holdMs = Math.min(waitMs, consult.deadlineMs ?? waitMs) - tuning.answerMarginMs;
  return isGo(verdict) || holdMs <= 0
    ? verdict
    : holdVerdict(context, options, { verdict, ask, holdMs });
}

interface Held {
  readonly verdict: Verdict;
  readonly ask: () => Verdict;
  readonly holdMs: number;
}

async function holdVerdict(
  { coordinator, heldAnswers }: ApiContext,
  { tenant, consult, response }: VerdictOptions,
  { verdict: first, ask, holdMs }: Held,
): Promise<Verdict> {
  // With no place left to wait in, the verdict stands as it is: "not now" is an answer too.
  const release = coordinator.clients.acquire();
  if (release === undefined) return first;
  let verdict: Verdict | undefined;
  try {
    await heldAnswers.hold<true>({
      tenant,
      priority: consult.priority ?? PRIORITY_DEFAULT,
      response,
      waitMs: holdMs,
      attempt: () => {
        // The first look is at the verdict we have: asking twice at once would count the caller's demand twice.
        verdict = verdict === undefined ? first : ask();
        return isGo(verdict)
          ? { state: "answer", answer: true }
          : { state: "wait", againMs: Math.max(verdict.retryAfterMs, AGAIN_MS_MIN) };
      },
    });
    return verdict ?? first;
  } finally {
    release();
  }
}

/** A caller that has waited has that much less left. */
function consultAfter(consult: Consult, waitedMs: number): Consult {
  if (consult.deadlineMs === undefined) return consult;
  return { ...consult, deadlineMs: Math.max(0, consult.deadlineMs - waitedMs) };
}
