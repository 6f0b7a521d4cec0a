import { Engine, POLICY_DEFAULT } from "@headway/core";
import type { DependencyWindow, Detector, Finding } from "@headway/core";
import type { SignalReport } from "@headway/core/signals";

/** What an engine tells its detectors at each tick: for rivals that listen to the same windows. */
export class EngineWindows {
  #windows = new Map<string, DependencyWindow>();
  #nowMs = 0;
  readonly #engine = new Engine({
    tenant: "lab",
    policy: POLICY_DEFAULT,
    random: () => 0.5,
    detectors: () => [new Tap((window) => this.#windows.set(window.dependency, window))],
  });

  /** One second later. By dependency: of each that was heard of lately. */
  of(report: SignalReport): ReadonlyMap<string, DependencyWindow> {
    this.#nowMs += 1_000;
    this.#windows = new Map();
    this.#engine.ingest(report, this.#nowMs);
    this.#engine.tick(this.#nowMs);
    return this.#windows;
  }
}

class Tap implements Detector {
  readonly kind = "degraded";
  readonly #tell: (window: DependencyWindow) => void;

  constructor(tell: (window: DependencyWindow) => void) {
    this.#tell = tell;
  }

  observe(window: DependencyWindow): Finding {
    this.#tell(window);
    return { state: "unknown" };
  }

  state(): unknown {
    return null;
  }

  restore(): void {}
}
