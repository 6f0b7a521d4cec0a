import { HeadwayError } from "@headway/core";
import type { ServiceAddress } from "./service-flags.ts";

/** As much of a decision as a terminal shows. A newer service may say more, and may know other actions. */
export interface ShownDecision {
  readonly id: string;
  readonly version: number;
  readonly mode: string;
  readonly action: string;
  readonly dependency: string;
  readonly priorities: string;
  readonly reason: string;
  readonly expiresAt: string;
}

export interface DecisionsAnswer {
  readonly etag: string | null;
  /** Undefined where nothing changed. */
  readonly decisions: readonly ShownDecision[] | undefined;
}

const WAIT_SECONDS = 25;
const ANSWER_MS_MAX = 10_000;

/**
 * Asks a running service. By long-poll and not by stream: a stream counts as a process that wants a share of the
 * leases, and somebody who looks on wants none.
 */
export class DecisionsClient {
  readonly #options: ServiceAddress;

  constructor(options: ServiceAddress) {
    this.#options = options;
  }

  async now(signal: AbortSignal): Promise<DecisionsAnswer> {
    return this.#ask(null, signal);
  }

  /** Answers once the decisions differ from those of `etag`, or unchanged after a while. */
  async next(etag: string | null, signal: AbortSignal): Promise<DecisionsAnswer> {
    return this.#ask(etag, signal);
  }

  async #ask(etag: string | null, signal: AbortSignal): Promise<DecisionsAnswer> {
    const { url, token, dependency } = this.#options;
    const target = new URL("/v1/decisions", url);
    if (dependency !== undefined) target.searchParams.set("dependency", dependency);
    if (etag !== null) target.searchParams.set("wait", String(WAIT_SECONDS));
    const timeout = AbortSignal.timeout(WAIT_SECONDS * 1_000 + ANSWER_MS_MAX);
    const response = await fetch(target, {
      signal: AbortSignal.any([signal, timeout]),
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(etag === null ? {} : { "if-none-match": etag }),
      },
    }).catch((error: unknown) => {
      if (signal.aborted) throw error;
      throw new HeadwayError(
        "ERR_COMMAND",
        `A service must answer at ${target.origin}, got none; is \`headway serve\` running there?`,
      );
    });
    if (response.status === 304) return { etag, decisions: undefined };
    const body: unknown = await response.json().catch(() => null);
    if (!response.ok) throw refused(response.status, body);
    return {
      etag: response.headers.get("etag"),
      decisions: listOf(body, "decisions").map(shownOf),
    };
  }
}

function refused(status: number, body: unknown): HeadwayError {
  const detail = textOf(body, "detail");
  return new HeadwayError(
    "ERR_COMMAND",
    `The service must answer with its decisions, got ${status}${detail === "" ? "" : `: ${detail}`}`,
  );
}

function shownOf(decision: unknown): ShownDecision {
  const scope = fieldOf(decision, "scope");
  const priority = fieldOf(scope, "priority");
  const version = fieldOf(decision, "version");
  return {
    id: textOf(decision, "id"),
    version: typeof version === "number" ? version : 0,
    mode: textOf(decision, "mode"),
    action: textOf(decision, "action"),
    dependency: textOf(scope, "dependency"),
    priorities: `${String(fieldOf(priority, "from"))}-${String(fieldOf(priority, "to"))}`,
    reason: textOf(fieldOf(decision, "reason"), "summary"),
    expiresAt: textOf(decision, "expiresAt"),
  };
}

function fieldOf(value: unknown, field: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, field)
    ? Reflect.get(value, field)
    : undefined;
}

/** Names come from spans, so they may hold what a terminal would obey: control characters are left out. */
function textOf(value: unknown, field: string): string {
  const text = fieldOf(value, field);
  return typeof text === "string" ? text.replaceAll(/\p{Cc}/gu, "") : "";
}

function listOf(value: unknown, field: string): readonly unknown[] {
  const list = fieldOf(value, field);
  return Array.isArray(list) ? list : [];
}
