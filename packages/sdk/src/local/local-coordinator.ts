import { Engine, POLICY_DEFAULT } from "@headway/core";
import type { Policy } from "@headway/core";
import type { Cancel } from "../clock.ts";
import type { Coordinator } from "../coordinator.ts";
import type { LocalCoordinatorOptions } from "../lazy-local-coordinator.ts";

const TENANT = "default";
/** Early ticks are at least this far apart. */
const EARLY_TICK_MS_MIN = 200;

/**
 * The same engine that the service runs, ticked in this process and fed by its recorder alone: for one process without a service,
 * for development and for tests. Its timer does not keep the process alive.
 */
export class LocalCoordinator implements Coordinator {
  readonly #options: LocalCoordinatorOptions;
  readonly #engine: Engine;
  #cancel: Cancel = () => {};
  #tickedAtMs = Number.NEGATIVE_INFINITY;
  #isClosed = false;

  constructor(options: LocalCoordinatorOptions) {
    this.#options = options;
    this.#engine = new Engine({
      tenant: TENANT,
      policy: policyOf(options),
      random: options.random,
    });
  }

  start(): void {
    const { identities } = this.#engine.policy;
    if (identities.length > 0) this.#options.recorder.setIdentities(identities);
    this.#engine.instanceConnected(this.#options.instance, this.#options.clock.now());
    this.#tick();
    this.#options.onConnected();
    this.#schedule();
  }

  flushIfUrgent(nowMs: number): void {
    if (this.#isClosed || nowMs - this.#tickedAtMs < EARLY_TICK_MS_MIN) return;
    if (this.#options.recorder.isUrgent(nowMs)) this.#tick();
  }

  flush(): Promise<void> {
    if (!this.#isClosed) this.#tick();
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.#isClosed = true;
    this.#cancel();
    return Promise.resolve();
  }

  #schedule(): void {
    const { clock, intervalMs } = this.#options;
    this.#cancel = clock.schedule(() => {
      if (this.#isClosed) return;
      this.#tick();
      this.#schedule();
    }, intervalMs);
  }

  #tick(): void {
    const { clock, recorder, instance, onMessage } = this.#options;
    const nowMs = clock.now();
    this.#tickedAtMs = nowMs;
    try {
      this.#engine.ingest(recorder.take(nowMs), nowMs);
      this.#engine.tick(nowMs);
      onMessage({
        kind: "snapshot",
        version: this.#engine.version,
        decisions: this.#engine.decisions(),
        ended: [],
        leases: this.#engine.leases(instance),
        identities: undefined,
      });
    } catch {
      // A timer calls this: whatever is thrown here would end the application's process.
      recorder.reportFailed("local_engine");
    }
  }
}

function policyOf({ policy = POLICY_DEFAULT, mode }: LocalCoordinatorOptions): Policy {
  return mode === undefined ? policy : { ...policy, defaults: { ...policy.defaults, mode } };
}
