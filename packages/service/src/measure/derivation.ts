import { Engine, POLICY_DEFAULT } from "@headway/core";
import type { Detection } from "@headway/core";
import { FinishedSpans, SignalRecorder } from "@headway/core/signals";
import type {
  FinishedSpanView,
  IdentityRule,
  SignalPoint,
  SignalRecorderOptions,
} from "@headway/core/signals";

export interface DerivationOptions extends Pick<
  SignalRecorderOptions,
  "onAttempt" | "onCall" | "onWorkflow" | "onOutlived"
> {
  readonly identities: readonly IdentityRule[];
  /** Once a second of the spans' own time, less often where little happens. */
  readonly onSecond: (
    points: readonly SignalPoint[],
    detections: readonly Detection[],
    nowMs: number,
  ) => void;
}

const SECOND_MS = 1_000;
const SILENCE_MS = 120_000;
/** Starts and ends that are worth a window of their own second. */
const EVENTS_MIN = 200;
/** What the engine takes for one window at most. */
const WINDOW_MS_MAX = 10_000;
const AGES_MS = 1e15;
/** A call whose retry may still come is waited for: nobody needs an answer within the minute. */
const CALL_HOLD_MS = 300_000;

/**
 * The live path's own derivation and engine, on the spans' own clock: recorded spans are played as starts and ends in order of
 * time, and each second the recorder's report goes to the engine, as a service would have it. Nothing is decided from what it says;
 * its detectors know best when a dependency drifts.
 */
export class Derivation {
  readonly #recorder: SignalRecorder;
  readonly #finished: FinishedSpans;
  readonly #engine: Engine;
  readonly #options: DerivationOptions;
  #tickedMs = Number.NaN;
  #nextMs = Number.NaN;
  #events = 0;

  constructor(options: DerivationOptions) {
    this.#options = options;
    const { onAttempt, onCall, onWorkflow, onOutlived, identities } = options;
    this.#recorder = new SignalRecorder({
      instance: "unknown",
      identities,
      limits: {
        openSpans: 1_000_000,
        traces: 100_000,
        idleMs: AGES_MS,
        callHoldMs: CALL_HOLD_MS,
        failuresPerParent: 1_000,
      },
      ...(onAttempt && { onAttempt }),
      ...(onCall && { onCall }),
      ...(onWorkflow && { onWorkflow }),
      ...(onOutlived && { onOutlived }),
    });
    this.#finished = new FinishedSpans({
      recorder: this.#recorder,
      settleMs: 0,
      limits: { spans: Number.POSITIVE_INFINITY, spansPerTrace: Number.POSITIVE_INFINITY },
      onTime: (atMs) => this.#until(atMs),
    });
    this.#engine = new Engine({
      tenant: "default",
      policy: {
        ...POLICY_DEFAULT,
        identities,
        defaults: { ...POLICY_DEFAULT.defaults, mode: "observe" },
      },
      // Only ids and spreads come of it, and nothing here shows them.
      random: () => 0.5,
      limits: { historyMs: SECOND_MS, historyWindowsMax: 1_000, dependenciesMax: 1_000 },
    });
  }

  /** Spans of whole traces. */
  play(spans: readonly FinishedSpanView[]): void {
    // Of itself as arrived: the sender's clock is the only one there is.
    for (const span of spans) this.#finished.add(span, span.startMs + span.durationMs);
    this.#finished.settle(Number.POSITIVE_INFINITY);
  }

  /** Closes the last window. */
  finish(): void {
    if (!Number.isNaN(this.#tickedMs)) this.#tick(this.#nextMs);
  }

  /** Before each start and end. Time that runs back, between two batches, is the open window's. */
  #until(atMs: number): void {
    if (Number.isNaN(this.#tickedMs)) {
      this.#tickedMs = secondOf(atMs);
      this.#nextMs = this.#tickedMs + SECOND_MS;
    }
    if (atMs >= this.#nextMs) this.#pass(secondOf(atMs));
    this.#events += 1;
  }

  /** Seconds with little in them are told together: the engine's work is by the window, and a day has 86,400 seconds. */
  #pass(secondMs: number): void {
    const isFull = this.#events >= EVENTS_MIN || this.#nextMs - this.#tickedMs >= WINDOW_MS_MAX;
    if (isFull) this.#tick(this.#nextMs);
    const silentUntilMs = Math.min(secondMs, this.#tickedMs + SILENCE_MS);
    while (this.#tickedMs + WINDOW_MS_MAX <= silentUntilMs)
      this.#tick(this.#tickedMs + WINDOW_MS_MAX);
    // In a longer silence nothing is told: the engine has put everything to rest by then.
    if (secondMs - this.#tickedMs > SILENCE_MS) this.#tickedMs = secondMs;
    this.#nextMs = secondMs + SECOND_MS;
  }

  #tick(nowMs: number): void {
    this.#tickedMs = nowMs;
    this.#events = 0;
    const report = this.#recorder.take(nowMs);
    this.#engine.ingest(report, nowMs);
    const { detectionsChanged } = this.#engine.tick(nowMs);
    this.#options.onSecond(report.points, detectionsChanged, nowMs);
  }
}

function secondOf(atMs: number): number {
  return Math.floor(atMs / SECOND_MS) * SECOND_MS;
}
