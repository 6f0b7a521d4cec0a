import type { Random } from "@headway/core";
import type { SignalRecorder } from "@headway/core/signals";
import type { Clock } from "../clock.ts";
import type { Coordinator } from "../coordinator.ts";
import type { DecisionMessage } from "../gate/decision-message.ts";
import { Connection } from "./connection.ts";
import { Freshness } from "./freshness.ts";
import { Reporter } from "./reporter.ts";
import { unreferencedFetch } from "./unreferenced-fetch.ts";
import type { Fetch } from "./unreferenced-fetch.ts";

export interface RemoteCoordinatorOptions {
  readonly url: string;
  readonly token: string | undefined;
  readonly instance: string;
  readonly reportIntervalMs: number;
  readonly fetch: Fetch | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly recorder: SignalRecorder;
  readonly knownUntilMs: () => number;
  readonly onMessage: (message: DecisionMessage) => void;
  readonly onConnected: () => void;
  readonly onStale: () => void;
}

/** Keeps a process in touch with the service: decisions in, signals out. */
export class RemoteCoordinator implements Coordinator {
  readonly #reporter: Reporter;
  readonly #connection: Connection;
  readonly #freshness: Freshness;

  constructor(options: RemoteCoordinatorOptions) {
    const { url, token, instance, clock, random, recorder } = options;
    const fetch = options.fetch ?? unreferencedFetch;
    this.#freshness = new Freshness({
      clock,
      knownUntilMs: options.knownUntilMs,
      onStale: options.onStale,
      onFresh: options.onConnected,
    });
    this.#connection = new Connection({
      url,
      token,
      instance,
      fetch,
      clock,
      random,
      onMessage: options.onMessage,
      onConnected: () => this.#freshness.connected(),
      onLost: () => this.#freshness.lost(),
      onAlive: () => this.#freshness.heard(),
    });
    this.#reporter = new Reporter({
      url,
      ...(token === undefined ? {} : { token }),
      recorder,
      now: clock.now,
      schedule: clock.schedule,
      intervalMs: options.reportIntervalMs,
      fetch,
    });
  }

  start(): void {
    this.#connection.start();
    this.#reporter.start();
  }

  flushIfUrgent(nowMs: number): void {
    this.#reporter.flushIfUrgent(nowMs);
  }

  flush(timeoutMs?: number): Promise<void> {
    return this.#reporter.flush(timeoutMs);
  }

  async close(timeoutMs?: number): Promise<void> {
    this.#connection.close();
    this.#freshness.close();
    await this.#reporter.close(timeoutMs);
  }
}
