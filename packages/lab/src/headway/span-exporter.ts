import { SPAN_KIND } from "@headway/core/signals";
import type { FinishedSpanView, Outcome } from "@headway/core/signals";
import type { Clock } from "@headway/sdk/gate";
import type { Attempt, AttemptEnd } from "../policies/policy.ts";

export interface SpanExporterOptions {
  readonly instance: string;
  /** The sender's own, skew and all. */
  readonly clock: Clock;
  readonly batchMs: number;
  readonly send: (spans: readonly FinishedSpanView[]) => void;
}

const STATUS: Readonly<Record<Outcome, number>> = {
  ok: 200,
  error: 500,
  throttled: 429,
  timeout: 504,
  cancelled: 499,
  refused: 499,
};

/** What an OpenTelemetry exporter sends: each attempt as an HTTP client span, in batches, only once it has ended. */
export class SpanExporter {
  readonly #options: SpanExporterOptions;
  readonly #resources = new Map<string, FinishedSpanView["resource"]>();
  #batch: FinishedSpanView[] = [];

  constructor(options: SpanExporterOptions) {
    this.#options = options;
  }

  start(phaseMs: number): void {
    this.#options.clock.schedule(() => this.#onInterval(), phaseMs);
  }

  ended(attempt: Attempt, { outcome }: AttemptEnd, startMs: number, endMs: number): void {
    const { dependency, operation, workflow, agent, number, id } = attempt;
    this.#batch.push({
      traceId: hexadecimal(workflow + 1, 32),
      spanId: hexadecimal(id + 1, 16),
      parentSpanId: undefined,
      kind: SPAN_KIND.client,
      name: "POST",
      scope: "lab",
      attributes: {
        "http.request.method": "POST",
        "http.response.status_code": STATUS[outcome],
        "url.template": operation,
        "server.address": dependency,
        ...(number > 1 && { "http.request.resend_count": number - 1 }),
      },
      resource: this.#resourceOf(agent),
      failed: outcome !== "ok",
      exceptionType: undefined,
      startMs,
      durationMs: endMs - startMs,
    });
  }

  #onInterval(): void {
    const { clock, batchMs, send } = this.#options;
    if (this.#batch.length > 0) send(this.#batch);
    this.#batch = [];
    clock.schedule(() => this.#onInterval(), batchMs);
  }

  #resourceOf(agent: string): FinishedSpanView["resource"] {
    const known = this.#resources.get(agent);
    if (known !== undefined) return known;
    const resource = {
      "service.instance.id": this.#options.instance,
      "gen_ai.main_agent.name": agent,
    };
    this.#resources.set(agent, resource);
    return resource;
  }
}

function hexadecimal(number: number, digits: number): string {
  return number.toString(16).padStart(digits, "0");
}
