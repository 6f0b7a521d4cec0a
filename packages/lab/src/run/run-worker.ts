import { parentPort } from "node:worker_threads";
import { HeadwayError } from "@headway/core";
import type { ErrorCode } from "@headway/core";
import { runTask } from "./task.ts";
import type { Task, TaskResult } from "./task.ts";

export type WorkerReply =
  | { readonly result: TaskResult }
  /** An error's class does not cross threads; its code and words do. */
  | { readonly code: ErrorCode; readonly message: string };

/** A thread of its own that does one task after the other, as they are sent to it. */
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, no window
parentPort?.on("message", async (task: Task) => parentPort?.postMessage(await reply(task)));

async function reply(task: Task): Promise<WorkerReply> {
  try {
    return { result: await runTask(task) };
  } catch (error) {
    if (error instanceof HeadwayError) return { code: error.code, message: error.message };
    throw error;
  }
}
