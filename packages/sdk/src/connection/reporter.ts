import { encodeReport } from "@headway/core/signals";
import type { SignalRecorder, SignalReport } from "@headway/core/signals";
import { systemClock } from "../clock.ts";
import type { Cancel, Clock } from "../clock.ts";
import { endpoint, headersFor } from "./endpoint.ts";
import { unreferencedFetch } from "./unreferenced-fetch.ts";
import type { Fetch } from "./unreferenced-fetch.ts";

export interface ReporterOptions {
  /** Where the service is: `http://127.0.0.1:4390`. */
  readonly url: string;
  /** Bearer token with the scope `ingest`. */
  readonly token?: string;
  readonly recorder: SignalRecorder;
  /** The clock that the recorder is told. */
  readonly now: () => number;
  /** Length of a window. Default 1,000. */
  readonly intervalMs?: number;
  /** How long one request may take before it counts as failed. Default 5,000. */
  readonly timeoutMs?: number;
  readonly fetch?: Fetch;
  /** Told after every report. */
  readonly onOutcome?: (outcome: ReportOutcome) => void;
  readonly schedule?: Clock["schedule"];
}

/** `network`: no answer. `timeout`: none in time. `status_N`: the service said no. */
export type ReportOutcome = { readonly ok: true } | { readonly ok: false; readonly reason: string };

const INTERVAL_MS = 1_000;
const TIMEOUT_MS = 5_000;
/** Early flushes are at least this far apart, so that a bad second costs five requests and not thousands. */
export const EARLY_FLUSH_MS_MIN = 200;
/** A report that is urgent does not wait for the answer to the last one, which may be a slow network away. */
export const UNDER_WAY_MAX = 2;
/** How often the recorder is asked whether there is news. A look costs microseconds, and an early one half of this on average. */
export const URGENCY_POLL_MS = 100;

/**
 * Sends what the recorder saw to the service, once a window.
 *
 * There is no queue. One report is under way at most, two where the second is urgent; meanwhile the recorder goes on filling
 * its window, and the next report simply covers a longer one. A report that found no connection is tried once more (a
 * kept-alive socket may have been closed under us), then dropped and counted (`headway.report.failed`): late numbers would
 * blur the picture that decisions are made from. The price is that a failed report's window is lost.
 *
 * Two under way can overtake each other. What they count adds up in any order; what they say stands open or waits is then
 * the older word until the next report, which goes out with the next interval, or sooner where it is urgent.
 */
export class Reporter {
  readonly #options: ReporterOptions;
  readonly #intervalMs: number;
  readonly #fetch: Fetch;
  readonly #schedule: Clock["schedule"];
  #cancel: Cancel | undefined;
  #cancelPoll: Cancel | undefined;
  readonly #underWay = new Set<Promise<void>>();
  #sentAtMs = Number.NEGATIVE_INFINITY;
  #wasEmpty = false;
  #closed = false;

  constructor(options: ReporterOptions) {
    this.#options = options;
    this.#intervalMs = options.intervalMs ?? INTERVAL_MS;
    this.#fetch = options.fetch ?? unreferencedFetch;
    this.#schedule = options.schedule ?? systemClock.schedule;
  }

  /** Starts the timer; it does not keep the process alive. */
  start(): void {
    if (this.#closed || this.#cancel !== undefined) return;
    this.#cancel = this.#schedule(() => this.#onInterval(), this.#intervalMs);
    this.#poll();
  }

  /** Sends at once if the recorder says that the window turned bad. Cheap enough for the end of every failed attempt. */
  flushIfUrgent(nowMs: number): void {
    if (this.#closed || this.#underWay.size >= UNDER_WAY_MAX) return;
    if (nowMs - this.#sentAtMs < EARLY_FLUSH_MS_MIN) return;
    if (this.#options.recorder.isUrgent(nowMs)) void this.#send();
  }

  /** Sends what there is now, and resolves when that is done or given up after `timeoutMs`; never rejects. */
  async flush(timeoutMs = this.#options.timeoutMs ?? TIMEOUT_MS): Promise<void> {
    let cancel: Cancel = () => {};
    // The requests themselves don't keep the process alive; whoever awaits a flush wants it to.
    const bound = new Promise<void>((resolve) => {
      cancel = this.#schedule(resolve, timeoutMs, true);
    });
    await Promise.race([this.#sendAfterOthers(), bound]);
    cancel();
  }

  /** Stops the timer and sends the last window, for at most `timeoutMs`. */
  async close(timeoutMs = 1_000): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#cancel?.();
    this.#cancelPoll?.();
    await this.flush(timeoutMs);
  }

  async #sendAfterOthers(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
    await this.#send();
  }

  #onInterval(): void {
    if (this.#closed) return;
    if (this.#underWay.size === 0) void this.#send();
    this.#cancel = this.#schedule(() => this.#onInterval(), this.#intervalMs);
  }

  /** Some news is made by time alone: an attempt that hangs, calls that go on waiting. */
  #poll(): void {
    if (this.#closed) return;
    this.flushIfUrgent(this.#options.now());
    this.#cancelPoll = this.#schedule(() => this.#poll(), URGENCY_POLL_MS);
  }

  #send(): Promise<void> {
    const sending = this.#deliver(this.#options.now()).finally(() => {
      this.#underWay.delete(sending);
    });
    this.#underWay.add(sending);
    return sending;
  }

  /** After a window with nothing in it comes one empty report, so that gauges fall to zero; after that, silence. */
  #isSilent({ points }: SignalReport): boolean {
    const isEmpty = points.length === 0;
    const isSilent = isEmpty && this.#wasEmpty;
    this.#wasEmpty = isEmpty;
    return isSilent;
  }

  async #deliver(nowMs: number): Promise<void> {
    this.#sentAtMs = nowMs;
    const { recorder, onOutcome } = this.#options;
    try {
      const report = recorder.take(nowMs);
      if (this.#isSilent(report)) return;
      const body = Uint8Array.from(encodeReport(report, nowMs));
      let outcome = await this.#post(body);
      if (!outcome.ok && outcome.reason === "network") outcome = await this.#post(body);
      if (!outcome.ok) recorder.reportFailed(outcome.reason);
      onOutcome?.(outcome);
    } catch {
      // A timer calls this: whatever is thrown here would end the application's process.
      recorder.reportFailed("internal");
    }
  }

  async #post(body: Uint8Array<ArrayBuffer>): Promise<ReportOutcome> {
    const abort = new AbortController();
    const cancel = this.#schedule(() => abort.abort(), this.#options.timeoutMs ?? TIMEOUT_MS);
    try {
      const response = await this.#fetch(endpoint(this.#options.url, "v1/metrics"), {
        method: "POST",
        headers: headersFor(this.#options.token, { "content-type": "application/x-protobuf" }),
        body,
        signal: abort.signal,
      });
      // Read to its end, so that the connection can be used again.
      await response.arrayBuffer();
      return response.ok ? { ok: true } : { ok: false, reason: `status_${response.status}` };
    } catch {
      return { ok: false, reason: abort.signal.aborted ? "timeout" : "network" };
    } finally {
      cancel();
    }
  }
}
