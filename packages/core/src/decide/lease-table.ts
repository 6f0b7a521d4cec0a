import type { Lease } from "./decision.ts";

/** The other way round than the books, which are per dependency: who is connected, and all leases of each. */
export class LeaseTable {
  readonly #byInstance = new Map<string, Map<string, Lease>>();
  readonly #instances = new Set<string>();

  /** Processes that take leases. */
  get instances(): ReadonlySet<string> {
    return this.#instances;
  }

  connect(instance: string): void {
    this.#instances.add(instance);
  }

  disconnect(instance: string): void {
    this.#instances.delete(instance);
    this.#byInstance.delete(instance);
  }

  /** Nothing is kept for who is not there: what such a process still holds, the books remember. */
  set(instance: string, dependency: string, lease: Lease | undefined): void {
    if (!this.#instances.has(instance)) return;
    const leases = this.#byInstance.get(instance) ?? new Map<string, Lease>();
    if (lease) leases.set(dependency, lease);
    else leases.delete(dependency);
    this.#byInstance.set(instance, leases);
  }

  of(instance: string): readonly Lease[] {
    return [...(this.#byInstance.get(instance)?.values() ?? [])];
  }
}
