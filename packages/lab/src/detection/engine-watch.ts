import { Engine, POLICY_DEFAULT } from "@headway/core";
import type { Detection, Detector, DependencyWindow, EngineRecord, Finding } from "@headway/core";
import { createDetectors, Degraded } from "@headway/core/detect";
import { randomStream } from "../simulation/random.ts";
import type { Alarm } from "./protocol.ts";
import { serviceOf } from "./span-watch.ts";
import type { SpanWatch } from "./span-watch.ts";
import type { Second } from "./span-reports.ts";

export interface EngineWatchOptions {
  /** Windows until a false alarm of one stream; the engine's own where it is left out. */
  readonly runLength?: number;
  /** What the detectors are told of a window, for ablations; all of it where it is left out. */
  readonly told?: (window: DependencyWindow) => DependencyWindow;
  /** Kinds of detections that are alarms. */
  readonly kinds?: readonly Detection["kind"][];
}

/** What says of timing and of calls that something is wrong. */
const KINDS: readonly Detection["kind"][] = ["degraded", "fanout"];
/** An end of so large a share of the calls is the edge that the evidence is about. */
const EDGE_SHARE = 0.5;

/**
 * The product itself: each second's report goes into an engine, and its tick's detections are the alarms. Seconds follow each other
 * without pause on the engine's clock, whatever lies between the recordings.
 */
export class EngineWatch implements SpanWatch {
  readonly #options: EngineWatchOptions;
  readonly #engine: Engine;
  /** What a store would hold. */
  readonly #records = new Map<string, EngineRecord>();
  #nowMs: number;

  constructor(options: EngineWatchOptions = {}, nowMs = 0) {
    this.#options = options;
    this.#nowMs = nowMs;
    this.#engine = new Engine({
      tenant: "lab",
      policy: POLICY_DEFAULT,
      random: randomStream(1, "engine-watch"),
      detectors: () => detectorsOf(options),
    });
  }

  observe({ endS, report }: Second): readonly Alarm[] {
    this.#nowMs += 1_000;
    this.#engine.ingest(report, this.#nowMs);
    const { detectionsChanged } = this.#engine.tick(this.#nowMs);
    const { kinds = KINDS } = this.#options;
    return detectionsChanged
      .filter(
        ({ kind, firedAtMs, state }) =>
          kinds.includes(kind) && state === "firing" && firedAtMs === this.#nowMs,
      )
      .map((detection) => this.#alarmOf(detection, endS));
  }

  /** As after a restart of the service: what the engine keeps goes through JSON into another. */
  fork(): EngineWatch {
    for (const record of this.#engine.takeRecords({ all: true }))
      this.#records.set(record.key, record);
    const twin = new EngineWatch(this.#options, this.#nowMs);
    for (const [key, record] of this.#records) twin.#records.set(key, record);
    const records: EngineRecord[] = JSON.parse(JSON.stringify([...this.#records.values()]));
    twin.#engine.restore(records, this.#nowMs);
    return twin;
  }

  #alarmOf({ kind, dependency, evidence }: Detection, endS: number): Alarm {
    const stream = kind === "degraded" ? String(evidence["stream"]) : kind;
    return {
      atS: endS,
      stream,
      service: serviceOf(dependency),
      edges: stream === "fanout" ? [] : this.#endsOf(stream, dependency),
    };
  }

  /** Of what a caller is late with, whom it calls; else who calls. As far as one of them stands for most. */
  #endsOf(stream: string, dependency: string): readonly string[] {
    const { edges } = this.#engine.graph();
    const [here, there] = stream === "made" ? (["from", "to"] as const) : (["to", "from"] as const);
    const touching = edges.filter((edge) => edge[here] === dependency);
    const total = touching.reduce((sum, { callsPerSecond }) => sum + callsPerSecond, 0);
    return touching
      .filter(({ callsPerSecond }) => callsPerSecond >= EDGE_SHARE * total)
      .map((edge) => serviceOf(edge[there]));
  }
}

function detectorsOf({ runLength, told }: EngineWatchOptions): Detector[] {
  const detectors = createDetectors().map((detector) =>
    runLength !== undefined && detector.kind === "degraded"
      ? new Degraded(undefined, runLength)
      : detector,
  );
  return told ? detectors.map((detector) => new Told(detector, told)) : detectors;
}

/** A detector that is told something else of each window. */
class Told implements Detector {
  readonly #detector: Detector;
  readonly #told: (window: DependencyWindow) => DependencyWindow;

  constructor(detector: Detector, told: (window: DependencyWindow) => DependencyWindow) {
    this.#detector = detector;
    this.#told = told;
  }

  get kind(): Detector["kind"] {
    return this.#detector.kind;
  }

  observe(window: DependencyWindow): Finding {
    return this.#detector.observe(this.#told(window));
  }

  state(): unknown {
    return this.#detector.state();
  }

  restore(state: unknown): void {
    this.#detector.restore(state);
  }
}
