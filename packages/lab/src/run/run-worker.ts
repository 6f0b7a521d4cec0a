import { parentPort } from "node:worker_threads";
import { HeadwayError } from "@headway/core";
import type { ErrorCode } from "@headway/core";
import type { RunOutcome } from "./outcome.ts";
import { runJob, type RunJob } from "./run-job.ts";

export interface WorkerRequest {
  /** Of the job in its list. */
  readonly at: number;
  readonly job: RunJob;
}

export type WorkerReply =
  | { readonly at: number; readonly outcome: RunOutcome }
  /** An error's class does not cross threads; its code and words do. */
  | { readonly at: number; readonly code: ErrorCode; readonly message: string };

/** A thread of its own that runs one job after the other, as they are sent to it. */
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, no window
parentPort?.on("message", ({ at, job }: WorkerRequest) => parentPort?.postMessage(reply(at, job)));

function reply(at: number, job: RunJob): WorkerReply {
  try {
    return { at, outcome: runJob(job) };
  } catch (error) {
    if (error instanceof HeadwayError) return { at, code: error.code, message: error.message };
    throw error;
  }
}
