import { detect } from "../detection/detect.ts";
import type { DetectionReport, DetectOptions } from "../detection/detect.ts";
import type { RunOutcome } from "./outcome.ts";
import { runJob } from "./run-job.ts";
import type { RunJob } from "./run-job.ts";

/** Work for a thread, as plain data: a run, or the detection benches. */
export type Task =
  | { readonly kind: "run"; readonly job: RunJob }
  | {
      readonly kind: "detect";
      readonly folder: string;
      readonly options: Omit<DetectOptions, "onProgress">;
    };

export type TaskResult =
  | { readonly kind: "run"; readonly outcome: RunOutcome }
  | { readonly kind: "detect"; readonly report: DetectionReport };

export async function runTask(task: Task): Promise<TaskResult> {
  switch (task.kind) {
    case "run":
      return { kind: "run", outcome: runJob(task.job) };
    case "detect":
      return { kind: "detect", report: await detect(task.folder, task.options) };
  }
}
