import type { SignalRecorder, SignalReport } from "@headway/core/signals";

export type ReportListener = (report: SignalReport) => void;

const listenersOf = new WeakMap<SignalRecorder, Set<ReportListener>>();

/**
 * Tells `listener` every report that the recorder gives away, and returns what stops it. A recorder that nobody listens to is
 * untouched: the tap is put on its own `take` when the first listener comes, so it costs nothing where it is not used.
 */
export function tapReports(recorder: SignalRecorder, listener: ReportListener): () => void {
  const listeners = listenersOf.get(recorder) ?? tap(recorder);
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function tap(recorder: SignalRecorder): Set<ReportListener> {
  const listeners = new Set<ReportListener>();
  const take = recorder.take.bind(recorder);
  recorder.take = (nowMs) => {
    const report = take(nowMs);
    for (const listener of listeners) {
      try {
        listener(report);
      } catch {
        // The listener is the user's metrics SDK. The report still has to reach the service.
      }
    }
    return report;
  };
  listenersOf.set(recorder, listeners);
  return listeners;
}
