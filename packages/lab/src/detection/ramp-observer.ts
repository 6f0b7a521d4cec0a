import type { DependencyWindow } from "@headway/core";
import type { Observer } from "../agents/observer.ts";
import type { Attempt, AttemptEnd } from "../policies/policy.ts";
import type { EventQueue } from "../simulation/event-queue.ts";
import { type OpenAttempt, WindowCollector } from "./synthetic-windows.ts";

const WINDOW_MS = 1_000;

/** Makes of a lab run's attempts at one dependency the windows that the engine would see, and gives each away as it ends. */
export class RampObserver implements Observer {
  readonly #dependency: string;
  readonly #events: EventQueue;
  readonly #collector: WindowCollector;
  readonly #open = new Map<number, OpenAttempt>();
  /** When each call that may be tried again failed last. */
  readonly #failedMs = new Map<number, number>();

  constructor(
    dependency: string,
    events: EventQueue,
    onWindow: (window: DependencyWindow) => void,
  ) {
    this.#dependency = dependency;
    this.#events = events;
    this.#collector = new WindowCollector(dependency);
    const close = (): void => {
      onWindow(this.#collector.close(events.nowMs));
      events.after(WINDOW_MS, close);
    };
    events.after(WINDOW_MS, close);
  }

  attemptWent({ id, dependency, agent, call }: Attempt): void {
    if (dependency !== this.#dependency) return;
    const { nowMs } = this.#events;
    const failedMs = this.#failedMs.get(call);
    const gapMs = failedMs === undefined ? undefined : nowMs - failedMs;
    this.#open.set(id, this.#collector.started(agent, nowMs, gapMs));
  }

  attemptEnded({ id, call }: Attempt, { outcome }: AttemptEnd): void {
    const open = this.#open.get(id);
    if (open === undefined) return;
    this.#open.delete(id);
    if (outcome === "ok") this.#failedMs.delete(call);
    else this.#failedMs.set(call, this.#events.nowMs);
    this.#collector.ended(open, outcome, this.#events.nowMs);
  }

  workflowStarted(): void {}
  workflowEnded(): void {}
  attemptAsked(): void {}
  attemptRefused(): void {}
  attemptWithdrawn(): void {}
}
