import type { Engine, EngineChange } from "@headway/core";
import { FinishedSpans, SignalRecorder } from "@headway/core/signals";
import type { FinishedSpanView, SignalReport } from "@headway/core/signals";
import type { Cancel, Clock } from "@headway/sdk/gate";

export interface CoordinationServiceOptions {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly tickMs: number;
  readonly onChange: (change: EngineChange, nowMs: number) => void;
}

/** Between two ticks when something is urgent. */
const EARLY_TICK_MS = 100;
/** A report over less than this part of the interval was flushed early. */
const EARLY_PART = 0.9;
/** How long spans wait for the others of their trace. */
const SETTLE_MS = 1_500;
/** The instance under which signals appear that are derived from spans. */
const SPANS_INSTANCE = "otlp";

/**
 * The service's loop around the engine, by the rules and the numbers of its `Coordinator` and `Tenant`: handlers record, a tick
 * decides, every `tickMs`, and at once after a report that was flushed early, though not twice within 100 ms.
 */
export class CoordinationService {
  readonly #options: CoordinationServiceOptions;
  readonly #spanRecorder: SignalRecorder;
  #finishedSpans: FinishedSpans | undefined;
  #tickedAtMs = Number.NEGATIVE_INFINITY;
  #isDead = false;
  #cancelInterval: Cancel = () => {};
  #cancelEarly: Cancel | undefined;
  reports = 0;
  ticks = 0;

  constructor(options: CoordinationServiceOptions) {
    this.#options = options;
    const { identities } = options.engine.policy;
    this.#spanRecorder = new SignalRecorder({ instance: SPANS_INSTANCE, identities });
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  start(): void {
    const { clock, tickMs } = this.#options;
    this.#cancelInterval = clock.schedule(() => {
      this.#tick();
      this.start();
    }, tickMs);
  }

  die(): void {
    this.#isDead = true;
    this.#cancelInterval();
    this.#cancelEarly?.();
  }

  takeReport(report: SignalReport): void {
    const { engine, clock, tickMs } = this.#options;
    this.reports += 1;
    engine.ingest(report, clock.now());
    if (report.windowMs < tickMs * EARLY_PART) this.#tickSoon();
  }

  takeSpans(spans: readonly FinishedSpanView[]): void {
    this.reports += 1;
    this.#finishedSpans ??= new FinishedSpans({
      recorder: this.#spanRecorder,
      settleMs: SETTLE_MS,
    });
    const nowMs = this.#options.clock.now();
    for (const span of spans) this.#finishedSpans.add(span, nowMs);
  }

  #tickSoon(): void {
    if (this.#cancelEarly !== undefined) return;
    const { clock } = this.#options;
    const delayMs = this.#tickedAtMs + EARLY_TICK_MS - clock.now();
    this.#cancelEarly = clock.schedule(() => this.#tick(), delayMs);
  }

  #tick(): void {
    const { engine, clock, onChange } = this.#options;
    this.#cancelEarly?.();
    this.#cancelEarly = undefined;
    const nowMs = clock.now();
    this.#tickedAtMs = nowMs;
    this.ticks += 1;
    if (this.#finishedSpans !== undefined) {
      this.#finishedSpans.settle(nowMs);
      engine.ingest(this.#spanRecorder.take(nowMs), nowMs);
    }
    onChange(engine.tick(nowMs), nowMs);
  }
}
