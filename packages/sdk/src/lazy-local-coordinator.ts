import type { Mode, Policy, Random } from "@headway/core";
import type { SignalRecorder } from "@headway/core/signals";
import type { Clock } from "./clock.ts";
import type { Coordinator } from "./coordinator.ts";
import type { DecisionMessage } from "./gate/decision-message.ts";

export interface LocalCoordinatorOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly instance: string;
  readonly recorder: SignalRecorder;
  /** Replaces the policy's default mode. */
  readonly mode: Mode | undefined;
  readonly policy: Policy | undefined;
  /** Between two ticks. */
  readonly intervalMs: number;
  readonly onMessage: (message: DecisionMessage) => void;
  readonly onConnected: () => void;
}

/**
 * The engine in this process, loaded when it is wanted: detection and decision are most of the code, and a process that talks to
 * a service never runs them.
 */
export class LazyLocalCoordinator implements Coordinator {
  readonly #options: LocalCoordinatorOptions;
  #local: Coordinator | undefined;
  #isClosed = false;

  constructor(options: LocalCoordinatorOptions) {
    this.#options = options;
  }

  start(): void {
    import("./local/local-coordinator.ts").then(
      ({ LocalCoordinator }) => {
        if (this.#isClosed) return;
        this.#local = new LocalCoordinator(this.#options);
        this.#local.start();
      },
      // Without the engine there are no decisions, and everything proceeds.
      () => this.#options.recorder.reportFailed("local_engine"),
    );
  }

  flushIfUrgent(nowMs: number): void {
    this.#local?.flushIfUrgent(nowMs);
  }

  flush(): Promise<void> {
    return this.#local?.flush() ?? Promise.resolve();
  }

  close(): Promise<void> {
    this.#isClosed = true;
    return this.#local?.close() ?? Promise.resolve();
  }
}
