import { collectDefaultMetrics, Counter, Gauge, Registry } from "prom-client";

export type Transport = "http" | "grpc";
export type IngestSignal = "traces" | "metrics";
export type IngestResult =
  | "ok"
  | "partial"
  | "undecodable"
  | "refused"
  | "too_large"
  | "overloaded"
  /** Of gRPC, which does not tell us why: the message was over the limit, broken, or given up on. */
  | "incomplete"
  | "failed";

export interface MetricsOptions {
  /** Adds the process' own: CPU, memory, event loop, garbage collection. */
  readonly process?: boolean;
  readonly ingestBytesOpen?: () => number;
}

/**
 * What the service says of itself, for Prometheus. Labels here come from fixed sets only: what a sender names
 * (dependencies, agents) is bounded and told per tenant at the scrape instead.
 */
export class Metrics {
  readonly registry = new Registry();

  readonly ingestRequests = this.#counter(
    "headway_ingest_requests_total",
    "OTLP requests, by how they ended.",
    ["transport", "signal", "result"],
  );
  readonly ingestSpans = this.#counter("headway_ingest_spans_total", "Spans taken.", ["transport"]);
  readonly ingestReports = this.#counter("headway_ingest_reports_total", "Signal reports taken.", [
    "transport",
  ]);
  readonly ingestRejected = this.#counter(
    "headway_ingest_rejected_total",
    "Spans and data points of otherwise good batches that were not taken.",
    ["transport", "signal"],
  );
  readonly ingestIgnored = this.#counter(
    "headway_ingest_ignored_total",
    "Metrics that are no signals of Headway: accepted and left alone.",
    ["transport"],
  );
  readonly ingestBytes = this.#counter(
    "headway_ingest_bytes_total",
    "Bytes of bodies, as sent and once decompressed.",
    ["transport", "stage"],
  );
  readonly policyReloads = this.#counter(
    "headway_policy_reloads_total",
    "Changes of the policy file, by result.",
    ["result"],
  );
  readonly policyStale = this.#gauge(
    "headway_policy_stale",
    "Whether the policy file is bad, and the policy before it in force.",
  );
  readonly problems = this.#counter("headway_http_problems_total", "Problem answers, by code.", [
    "code",
  ]);

  constructor({ process = false, ingestBytesOpen }: MetricsOptions = {}) {
    if (process) collectDefaultMetrics({ register: this.registry });
    if (ingestBytesOpen === undefined) return;
    const gauge: Gauge = new Gauge({
      name: "headway_ingest_open_bytes",
      help: "Bytes of bodies held right now, and those reserved for gRPC calls that are open.",
      registers: [this.registry],
      collect: () => gauge.set(ingestBytesOpen()),
    });
  }

  #counter<Label extends string = never>(
    name: string,
    help: string,
    labelNames: Label[] = [],
  ): Counter<Label> {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  #gauge(name: string, help: string): Gauge {
    return new Gauge({ name, help, registers: [this.registry] });
  }
}
