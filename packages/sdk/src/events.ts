import type { Action, Decision } from "@headway/core";

export interface HeadwayEvents {
  /** A decision is new, has changed or has ended. */
  readonly decision: { readonly decision: Decision; readonly state: "issued" | "ended" };
  /** A decision met a call. In mode `advise`, and where this process does not enforce, the call went all the same. */
  readonly applied: AppliedEvent;
  /** Decisions arrive: at the start, and after each outage. */
  readonly connected: { readonly version: number };
  /** The service is silent and calls go out unguarded. Once per outage. */
  readonly stale: { readonly version: number };
}

export interface AppliedEvent {
  readonly dependency: string;
  readonly decision: Decision;
  readonly action: Action;
  /** False: only what would have happened. */
  readonly enforced: boolean;
  /** False: it ended in `NotNow`. */
  readonly admitted: boolean;
  readonly waitMs: number;
}

export type Listener<K extends keyof HeadwayEvents> = (event: HeadwayEvents[K]) => void;

type Listeners = { readonly [K in keyof HeadwayEvents]: Set<Listener<K>> };

/** Tells listeners what happened. A listener that throws is its author's fault and nobody else's: the rest are still told. */
export class Events {
  readonly #listeners: Listeners = {
    decision: new Set(),
    applied: new Set(),
    connected: new Set(),
    stale: new Set(),
  };

  /** Returns what stops it. */
  on<K extends keyof HeadwayEvents>(name: K, listener: Listener<K>): () => void {
    const listeners: Set<Listener<K>> = this.#listeners[name];
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  }

  emit<K extends keyof HeadwayEvents>(name: K, event: HeadwayEvents[K]): void {
    const listeners: Set<Listener<K>> = this.#listeners[name];
    for (const listener of listeners) {
      try {
        listener(event);
      } catch (error) {
        // As an EventTarget does: reported where the process reports errors, not into the agent's call.
        queueMicrotask(() => reportError(error));
      }
    }
  }
}

function reportError(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error), { code: "HEADWAY_LISTENER" });
}
