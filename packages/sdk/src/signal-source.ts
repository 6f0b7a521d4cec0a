import type { RunHandle, SignalRecorder } from "@headway/core/signals";

/**
 * What the span processor needs of whatever it feeds: a recorder and its clock. The hook is one (`signalSourceOf`), and so
 * is the processor's own reporter where it is used without the hook.
 */
export interface SignalSource {
  readonly recorder: SignalRecorder;
  now(): number;
  /** The run of the hook that the caller is in; a span that starts in it is below it. */
  currentRun(): RunHandle | undefined;
  /** Called after a span that failed: reports at once if that turned the window bad. Cheap. */
  flushIfUrgent(nowMs: number): void;
  /** Sends what there is; bounded in time, never rejects. */
  flush(timeoutMs: number): Promise<void>;
  /** The same, and for good. The hook outlives its processor, so its source only flushes. */
  close(timeoutMs: number): Promise<void>;
}

/** Where a Headway object keeps its source: known to the processor, no part of the public interface. */
export const SIGNAL_SOURCE: unique symbol = Symbol.for("headway.signal-source");

export interface HasSignalSource {
  readonly [SIGNAL_SOURCE]: SignalSource;
}
