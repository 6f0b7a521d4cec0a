import { findCascades } from "../detect/cascade.ts";
import type { Detections } from "../detect/detections.ts";
import type { CallGraph } from "./call-graph.ts";
import type { ChangeDraft } from "./change-draft.ts";
import type { TickSample } from "./dependency-signals.ts";
import type { WatchedDependency } from "./watched-dependency.ts";

interface DetectionStep {
  readonly detections: Detections;
  readonly graph: CallGraph;
  readonly draft: ChangeDraft;
}

/** Tells one dependency's detectors of the second that is over, if one is. */
export function observeWindow(
  { id, signals, control, detectors }: WatchedDependency,
  sample: TickSample,
  { detections, graph, draft }: DetectionStep,
): void {
  const window = signals.window(sample);
  if (!window) return;
  signals.keep(window, control.allowance.bound ?? null);
  graph.record(window);
  for (const detector of detectors) {
    const finding = detector.observe(window);
    draft.addDetection(detections.observe(id, detector.kind, finding, window.endMs));
  }
}

/** The one look across dependencies: where trouble spreads along the call graph, and where it no longer does. */
export function observeCascades(
  detections: Detections,
  graph: CallGraph,
  nowMs: number,
  draft: ChangeDraft,
): void {
  const open = detections.open();
  if (open.length === 0) return;
  const standing = open
    .filter(({ kind }) => kind === "cascade")
    .map(({ dependency }) => dependency);
  const found = new Map(
    findCascades(open, graph.edges(nowMs)).map(({ root, finding }) => [root, finding]),
  );
  for (const root of new Set([...standing, ...found.keys()])) {
    const finding = found.get(root) ?? { state: "normal" };
    draft.addDetection(detections.observe(root, "cascade", finding, nowMs));
  }
}
