import type { DependencyWindow } from "@headway/core";
import { Loop } from "@headway/core/detect";
import { SignalRecorder, SPAN_KIND, type SpanView } from "@headway/core/signals";
import type { AgentStep } from "./loop-sequences.ts";
import type { RecordedSpan } from "./loop-span-trees.ts";
import { windowWith } from "./synthetic-windows.ts";

export interface LoopWatchOptions {
  /** The team compares arguments. */
  readonly hasDigest: boolean;
  /** The agent's framework has a span for each step; else all calls are below the agent, and one that fails and is made again is a retry. */
  readonly hasStepSpans: boolean;
}

export interface LoopFlag {
  /** Calls that had begun when the loop was first said. */
  readonly steps: number;
  /** And those of the loop among them. */
  readonly tries: number;
  readonly dependency: string;
}

const WINDOW_MS = 1_000;
const AGENT = "booker";
/** A loop is told for a while after its last call. */
const AFTERWARDS_MS = 3_000;

/** Plays a sequence through the SDK's recorder and core's detector, second by second. Undefined: no loop was said. */
export function watchForLoop(
  steps: readonly AgentStep[],
  options: LoopWatchOptions,
): LoopFlag | undefined {
  const recorder = new SignalRecorder({ instance: "lab" });
  const detectors = new Map<string, Loop>();
  recorder.spanStarted(spanOf("agent", undefined, AGENT), 0);
  let [begun, tries, nowMs, windowEndMs] = [0, 0, 0, WINDOW_MS];
  const passTo = (ms: number): LoopFlag | undefined => {
    for (; windowEndMs <= ms; windowEndMs += WINDOW_MS) {
      const dependency = loopIn(recorder, detectors, windowEndMs);
      if (dependency !== undefined) return { steps: begun, tries, dependency };
    }
    nowMs = ms;
    return undefined;
  };
  for (const step of steps) {
    const before = passTo(nowMs + step.pauseMs);
    if (before) return before;
    begun += 1;
    tries += step.isLoop ? 1 : 0;
    const end = start(recorder, step, `step ${begun}`, nowMs, options);
    const during = passTo(nowMs + step.durationMs);
    if (during) return during;
    end(nowMs);
  }
  return passTo(nowMs + AFTERWARDS_MS);
}

/** Whether any loop is said of a recorded tree of spans, each told when it starts and when it ends. */
export function hasLoop(spans: readonly RecordedSpan[]): boolean {
  const recorder = new SignalRecorder({ instance: "lab" });
  const detectors = new Map<string, Loop>();
  const events = spans
    .flatMap(({ startMs, endMs, view }) => [
      {
        atMs: startMs,
        run: () => recorder.spanStarted({ ...view, durationMs: undefined }, startMs),
      },
      { atMs: endMs, run: () => recorder.spanEnded(view, endMs) },
    ])
    .sort((a, b) => a.atMs - b.atMs);
  const endMs = (events.at(-1)?.atMs ?? 0) + AFTERWARDS_MS;
  let next = 0;
  for (let atMs = (events[0]?.atMs ?? 0) + WINDOW_MS; atMs <= endMs; atMs += WINDOW_MS) {
    for (; next < events.length && events[next]!.atMs <= atMs; next += 1) events[next]!.run();
    if (loopIn(recorder, detectors, atMs) !== undefined) return true;
  }
  return false;
}

function start(
  recorder: SignalRecorder,
  { dependency, digest, outcome }: AgentStep,
  spanId: string,
  nowMs: number,
  { hasDigest, hasStepSpans }: LoopWatchOptions,
): (atMs: number) => void {
  const parent = hasStepSpans ? spanOf(spanId, "agent") : undefined;
  if (parent) recorder.spanStarted(parent, nowMs);
  const run = recorder.runStarted(
    {
      dependency,
      agent: AGENT,
      priority: 3,
      traceId: "trace",
      parentSpanId: parent ? spanId : "agent",
      ...(hasDigest && digest !== 0 && { digest }),
    },
    nowMs,
  );
  return (atMs) => {
    recorder.runEnded(run, { outcome }, atMs);
    if (parent) recorder.spanEnded({ ...parent, durationMs: atMs - nowMs }, atMs);
  };
}

/** The dependency that somebody calls in a loop, if any. */
function loopIn(
  recorder: SignalRecorder,
  detectors: Map<string, Loop>,
  endMs: number,
): string | undefined {
  const windows = new Map<string, DependencyWindow>();
  for (const { signal, attributes, value } of recorder.take(endMs).points) {
    const { dependency, agent, outcome, digest } = attributes;
    if (signal !== "headway.repeat.length" || typeof value !== "number") continue;
    if (dependency === undefined || agent === undefined || outcome === undefined) continue;
    const window = windows.get(dependency) ?? windowWith({ endMs, dependency });
    const repeated = { agent, outcome, hasDigest: digest === true, cycles: value };
    windows.set(dependency, { ...window, repeats: [...window.repeats, repeated] });
  }
  for (const [dependency, window] of windows) {
    const detector = detectors.get(dependency) ?? new Loop();
    detectors.set(dependency, detector);
    if (detector.observe(window).state === "abnormal") return dependency;
  }
  return undefined;
}

function spanOf(spanId: string, parentSpanId: string | undefined, agent?: string): SpanView {
  return {
    traceId: "trace",
    spanId,
    parentSpanId,
    kind: SPAN_KIND.internal,
    name: agent === undefined ? "step" : `invoke_agent ${agent}`,
    scope: "lab",
    attributes:
      agent === undefined
        ? {}
        : { "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": agent },
    resource: {},
    failed: false,
    exceptionType: undefined,
    durationMs: undefined,
  };
}
