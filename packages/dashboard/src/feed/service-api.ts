import type { LiveHistory, LiveOverride, LiveView, OverridePreview } from "@headway/service/live";
import { bearer } from "./live-stream.ts";

/** What the service said no with, in its own words. */
export class ServiceError extends Error {
  readonly status: number;
  readonly code: string | null;

  constructor(status: number, code: string | null, detail: string) {
    super(detail);
    this.status = status;
    this.code = code;
  }
}

export interface OverrideDraft {
  readonly action: "hold" | "proceed" | "limit";
  readonly shape?: { readonly concurrency?: number; readonly ratePerSecond?: number };
  readonly priority?: { readonly from: number; readonly to: number };
  readonly forMs: number;
  readonly why: string;
}

export interface OverridePreviewQuestion {
  readonly action: OverrideDraft["action"];
  readonly from: number;
  readonly to: number;
  readonly concurrency?: number;
}

export interface ServiceApiOptions {
  readonly base: string;
  readonly token: () => string | null;
  readonly fetch: typeof fetch;
}

/** The service's HTTP API, as far as the page asks for it. */
export class ServiceApi {
  readonly #options: ServiceApiOptions;

  constructor(options: ServiceApiOptions) {
    this.#options = options;
  }

  viewAt(atMs: number): Promise<LiveView> {
    return this.#ask<LiveView>("GET", `v1/live?at=${instantOf(atMs)}`);
  }

  history(dependency: string, fromMs: number, toMs: number): Promise<LiveHistory> {
    const range = `from=${instantOf(fromMs)}&to=${instantOf(toMs)}`;
    return this.#ask("GET", `v1/history?dependency=${encodeURIComponent(dependency)}&${range}`);
  }

  preview(dependency: string, draft: OverridePreviewQuestion): Promise<OverridePreview> {
    const { action, from, to, concurrency } = draft;
    const limit = concurrency === undefined ? "" : `&concurrency=${concurrency}`;
    const question = `action=${action}&from=${from}&to=${to}${limit}`;
    return this.#ask("GET", `v1/overrides/${encodeURIComponent(dependency)}/preview?${question}`);
  }

  override(dependency: string, draft: OverrideDraft): Promise<LiveOverride> {
    return this.#ask("PUT", `v1/overrides/${encodeURIComponent(dependency)}`, draft);
  }

  async clearOverride(dependency: string): Promise<void> {
    await this.#ask("DELETE", `v1/overrides/${encodeURIComponent(dependency)}`);
  }

  async #ask<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
    const { base, token, fetch } = this.#options;
    const headers: Record<string, string> = { accept: "application/json", ...bearer(token()) };
    if (body !== undefined) headers["content-type"] = "application/json";
    const response = await fetch(new URL(path, base), {
      method,
      headers,
      cache: "no-store",
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).catch(() => {
      throw new ServiceError(0, null, "The service does not answer.");
    });
    const text = await response.text();
    const answer: unknown = text === "" ? null : parsed(text);
    if (!response.ok) throw errorOf(response.status, answer);
    // The service is the page's own, built beside it: its types are trusted here, once.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return answer as Answer;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function errorOf(status: number, problem: unknown): ServiceError {
  const field = (name: string): string | null => {
    if (typeof problem !== "object" || problem === null) return null;
    const value: unknown = Reflect.get(problem, name);
    return typeof value === "string" ? value : null;
  };
  const detail = field("detail") ?? field("title") ?? `The service answered ${status}.`;
  return new ServiceError(status, field("code"), detail);
}

function instantOf(ms: number): string {
  return encodeURIComponent(new Date(ms).toISOString());
}
