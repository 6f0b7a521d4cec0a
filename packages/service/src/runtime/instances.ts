export interface InstancesOptions {
  readonly onConnected: (instance: string, nowMs: number) => void;
  readonly onGone: (instance: string, nowMs: number) => void;
  /** Distinct instances known at once; over it a connection is served but takes no lease. */
  readonly instancesMax?: number;
}

interface Presence {
  connections: number;
  /** When it counts as gone, once nothing is connected. */
  goneAtMs: number;
}

const INSTANCES_MAX = 20_000;

/**
 * Who is connected. One process may hold several connections, and one that long-polls is between two polls most of the
 * times one looks, so it counts as gone only after a grace without any: leases do not move at every reconnect.
 */
export class Instances {
  readonly #options: InstancesOptions;
  readonly #presences = new Map<string, Presence>();

  constructor(options: InstancesOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#presences.size;
  }

  /** Connected, or between two polls. */
  ids(): IterableIterator<string> {
    return this.#presences.keys();
  }

  /** The answer ends this connection; the instance stays for another `graceMs`. */
  connected(instance: string, nowMs: number): (graceMs: number, nowMs: number) => void {
    const presence = this.#presences.get(instance) ?? this.#added(instance, nowMs);
    if (presence === undefined) return () => undefined;
    presence.connections += 1;
    let isOpen = true;
    return (graceMs, endMs) => {
      if (!isOpen) return;
      isOpen = false;
      presence.connections -= 1;
      presence.goneAtMs = Math.max(presence.goneAtMs, endMs + graceMs);
    };
  }

  /** Called by the tick. */
  sweep(nowMs: number): void {
    for (const [instance, { connections, goneAtMs }] of this.#presences) {
      if (connections > 0 || goneAtMs > nowMs) continue;
      this.#presences.delete(instance);
      this.#options.onGone(instance, nowMs);
    }
  }

  #added(instance: string, nowMs: number): Presence | undefined {
    if (this.#presences.size >= (this.#options.instancesMax ?? INSTANCES_MAX)) return undefined;
    const presence: Presence = { connections: 0, goneAtMs: 0 };
    this.#presences.set(instance, presence);
    this.#options.onConnected(instance, nowMs);
    return presence;
  }
}
