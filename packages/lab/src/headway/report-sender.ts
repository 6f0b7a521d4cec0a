import type { SignalRecorder, SignalReport } from "@headway/core/signals";
import { EARLY_FLUSH_MS_MIN, UNDER_WAY_MAX, URGENCY_POLL_MS } from "@headway/sdk/gate";
import type { Clock } from "@headway/sdk/gate";

export interface ReportSenderOptions {
  readonly recorder: SignalRecorder;
  readonly clock: Clock;
  readonly intervalMs: number;
  /** False: every interval and never before, to measure what early reports are worth. */
  readonly sendsEarly?: boolean;
  /** Tells once, now or later, whether the report came through. */
  readonly send: (report: SignalReport, done: (isTaken: boolean) => void) => void;
}

/**
 * When a process reports, as the SDK's `Reporter` does it: every interval, and before its time where the recorder says that the
 * window turned bad, though not within 200 ms of the last; one report is under way at most, two where one is urgent, and the next covers a
 * longer window. The reporter itself awaits a fetch, which virtual time cannot.
 */
export class ReportSender {
  readonly #options: ReportSenderOptions;
  #sentAtMs = Number.NEGATIVE_INFINITY;
  #underWay = 0;
  #wasEmpty = false;

  constructor(options: ReportSenderOptions) {
    this.#options = options;
  }

  start(phaseMs: number): void {
    const { clock } = this.#options;
    clock.schedule(() => this.#onInterval(), phaseMs);
    clock.schedule(() => this.#poll(), phaseMs % URGENCY_POLL_MS);
  }

  flushIfUrgent(nowMs: number): void {
    if (this.#options.sendsEarly === false) return;
    if (this.#underWay >= UNDER_WAY_MAX || nowMs - this.#sentAtMs < EARLY_FLUSH_MS_MIN) return;
    if (this.#options.recorder.isUrgent(nowMs)) this.#send();
  }

  #onInterval(): void {
    const { clock, intervalMs } = this.#options;
    if (this.#underWay === 0) this.#send();
    clock.schedule(() => this.#onInterval(), intervalMs);
  }

  /** Some news is made by time alone. */
  #poll(): void {
    const { clock } = this.#options;
    this.flushIfUrgent(clock.now());
    clock.schedule(() => this.#poll(), URGENCY_POLL_MS);
  }

  #send(): void {
    const { clock, recorder, send } = this.#options;
    this.#sentAtMs = clock.now();
    const report = recorder.take(this.#sentAtMs);
    if (this.#isSilent(report)) return;
    this.#underWay += 1;
    send(report, (isTaken) => {
      this.#underWay -= 1;
      if (!isTaken) recorder.reportFailed("network");
    });
  }

  /** After a window with nothing in it comes one empty report, so that gauges fall to zero; after that, silence. */
  #isSilent({ points }: SignalReport): boolean {
    const isEmpty = points.length === 0;
    const isSilent = isEmpty && this.#wasEmpty;
    this.#wasEmpty = isEmpty;
    return isSilent;
  }
}
