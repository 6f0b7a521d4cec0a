import { randomUUID } from "node:crypto";
import { SignalRecorder } from "@headway/core/signals";
import type { IdentityRule, RecorderLimits } from "@headway/core/signals";
import { systemClock } from "../clock.ts";
import { Reporter } from "../connection/reporter.ts";
import type { Fetch } from "../connection/unreferenced-fetch.ts";
import { recorderLimits } from "../recorder-limits.ts";
import type { SignalSource } from "../signal-source.ts";

export interface ReportingOptions {
  /** Where the service is: `http://127.0.0.1:4390`. */
  readonly url: string;
  /** Bearer token with the scope `ingest`. */
  readonly token?: string;
  /** Who calls where no span says. Default: the instance. */
  readonly agent?: string;
  /** Id of this process, unique in the fleet. Default: random. */
  readonly instance?: string;
  /**
   * Rules that name dependencies of spans. Without the hook nobody hears what the service has to say, so the rules of its policy
   * are to be given here as well where they name dependencies that this process calls.
   */
  readonly identities?: readonly IdentityRule[];
  /** Bounds of what is tracked at once. */
  readonly limits?: Partial<RecorderLimits>;
  /** Length of the windows in which signals are reported. Default 1,000. */
  readonly reportIntervalMs?: number;
  readonly fetch?: Fetch;
}

/** A source for a process without the hook: it sends signals and obeys nothing. */
export function reportingSource(options: ReportingOptions): SignalSource {
  const { url, token, agent, reportIntervalMs, fetch, instance = randomUUID() } = options;
  const recorder = new SignalRecorder({
    instance,
    limits: recorderLimits(options.limits),
    ...(agent !== undefined && { agent }),
    ...(options.identities !== undefined && { identities: options.identities }),
  });
  const reporter = new Reporter({
    url,
    recorder,
    now: systemClock.now,
    ...(token !== undefined && { token }),
    ...(reportIntervalMs !== undefined && { intervalMs: reportIntervalMs }),
    ...(fetch !== undefined && { fetch }),
  });
  reporter.start();
  return {
    recorder,
    now: systemClock.now,
    currentRun: () => undefined,
    flushIfUrgent: (nowMs) => reporter.flushIfUrgent(nowMs),
    flush: (timeoutMs) => reporter.flush(timeoutMs),
    close: (timeoutMs) => reporter.close(timeoutMs),
  };
}
