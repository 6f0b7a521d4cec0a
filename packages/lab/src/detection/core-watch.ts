import type { Detector, DependencyWindow, Finding } from "@headway/core";
import { Degraded, Fanout } from "@headway/core/detect";
import type { Alarm } from "./protocol.ts";
import { calledOf } from "./report-windows.ts";
import { Ends, serviceOf } from "./span-watch.ts";
import type { SpanWatch } from "./span-watch.ts";
import type { Second } from "./span-windows.ts";

interface Watched {
  readonly dependency: string;
  readonly detectors: readonly Detector[];
  readonly standing: Set<string>;
}

export interface CoreWatchOptions {
  /** Windows until a false alarm of one stream; core's own where it is left out. */
  readonly runLength?: number;
  /** What is told of a window, for ablations; all of it where it is left out. */
  readonly told?: (window: DependencyWindow) => DependencyWindow;
}

/** Core's own `degraded` and `fanout`, one pair for each dependency, as the engine has them; told by operation and caller besides. */
export class CoreWatch implements SpanWatch {
  readonly #options: CoreWatchOptions;
  readonly #watched = new Map<string, Watched>();
  readonly #ends: Ends;

  constructor(options: CoreWatchOptions = {}, ends = new Ends()) {
    this.#options = options;
    this.#ends = ends;
  }

  observe({ endS, windows }: Second): readonly Alarm[] {
    const alarms: Alarm[] = [];
    const { told = (window) => window } = this.#options;
    for (const window of [...windows.values()].map(told)) {
      this.#ends.observe(window, calleeOf);
      const watched = this.#of(window.dependency);
      for (const detector of watched.detectors)
        alarms.push(
          ...this.#heard(watched, detector.kind, detector.observe(window), { endS, window }),
        );
    }
    return alarms;
  }

  fork(): CoreWatch {
    const twin = new CoreWatch(this.#options, this.#ends);
    for (const [dependency, { detectors, standing }] of this.#watched) {
      const copy = this.#newWatched(dependency);
      // State goes through JSON, as the engine's does across a restart.
      for (const [index, detector] of copy.detectors.entries())
        detector.restore(JSON.parse(JSON.stringify(detectors[index]?.state())));
      for (const stream of standing) copy.standing.add(stream);
      twin.#watched.set(dependency, copy);
    }
    return twin;
  }

  #of(dependency: string): Watched {
    let watched = this.#watched.get(dependency);
    if (!watched) this.#watched.set(dependency, (watched = this.#newWatched(dependency)));
    return watched;
  }

  #newWatched(dependency: string): Watched {
    const degraded = new Degraded(undefined, this.#options.runLength);
    return { dependency, detectors: [degraded, new Fanout()], standing: new Set() };
  }

  #heard(
    { dependency, standing }: Watched,
    kind: string,
    finding: Finding,
    { endS, window }: { readonly endS: number; readonly window: DependencyWindow },
  ): readonly Alarm[] {
    if (finding.state === "normal") standing.delete(kind);
    if (finding.state !== "abnormal" || standing.has(kind)) return [];
    standing.add(kind);
    const stream = kind === "fanout" ? "fanout" : String(finding.evidence["stream"]);
    const edges =
      stream === "made"
        ? this.#ends.calleesOf(window.dependency)
        : stream === "fanout"
          ? []
          : this.#ends.callersOf(window.dependency);
    return [{ atS: endS, stream, service: serviceOf(dependency), edges }];
  }
}

function calleeOf(key: string): string {
  return serviceOf(calledOf(key).dependency);
}
