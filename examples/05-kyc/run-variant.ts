import type { ChildProcess } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import { startChild } from "./child.ts";
import type { Child } from "./child.ts";
import { nowMs } from "./clock.ts";
import { isToRun } from "./messages.ts";
import type {
  AgentProcessSettings,
  FromRun,
  ProviderProcessSettings,
  Variant,
} from "./messages.ts";
import type { RunRecord } from "./metrics/run-record.ts";
import { RunRecorder } from "./metrics/run-record.ts";
import { horizonMs } from "./scenario.ts";
import type { Scenario } from "./scenario.ts";

export interface VariantRunOptions {
  readonly variant: Variant;
  readonly scenario: Scenario;
  readonly headwayUrl: string | undefined;
}

/** The processes of one variant: a provider and the agents that call it, ready to start. */
export class VariantRun {
  readonly recorder: RunRecorder;
  readonly #scenario: Scenario;
  readonly #processes: readonly ChildProcess[];

  private constructor(options: VariantRunOptions, processes: readonly ChildProcess[]) {
    this.#scenario = options.scenario;
    this.#processes = processes;
    this.recorder = new RunRecorder(options);
    for (const process of processes) {
      process.on("message", (message) => {
        if (isToRun(message)) this.recorder.record(message);
      });
    }
  }

  static async prepare(options: VariantRunOptions): Promise<VariantRun> {
    const { scenario, headwayUrl } = options;
    const provider = await startChild("./provider/provider-process.ts", {
      scenario,
    } satisfies ProviderProcessSettings);
    const startAgents = (index: number): Promise<Child> => {
      const settings: AgentProcessSettings = {
        scenario,
        index,
        providerUrl: provider.url,
        headwayUrl,
      };
      return startChild("./agents/agent-process.ts", settings);
    };
    const agents = await Promise.all(
      Array.from({ length: scenario.processes }, (_, index) => startAgents(index)),
    );
    return new VariantRun(
      options,
      [provider, ...agents].map((child) => child.process),
    );
  }

  /** Runs to the end of the last workflow, or of the drain. All variants of a run get the same `startMs`. */
  async run(startMs: number): Promise<RunRecord> {
    for (const process of this.#processes)
      process.send({ kind: "start", startMs } satisfies FromRun);
    const { phases } = this.#scenario;
    const stopMs = startMs + horizonMs(phases) + phases.drainMs;
    await pause(startMs + horizonMs(phases) - nowMs());
    while (!this.recorder.isFinished && nowMs() < stopMs) await pause(100);
    for (const process of this.#processes) process.send({ kind: "stop" } satisfies FromRun);
    // One more report of each process, which tells four times a second.
    await pause(500);
    return this.recorder.take();
  }

  end(): void {
    for (const process of this.#processes) process.kill();
  }
}
