import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { HeadwayError } from "@headway/core";
import type { RunOutcome } from "./outcome.ts";
import { runJob, type RunJob } from "./run-job.ts";
import type { WorkerReply, WorkerRequest } from "./run-worker.ts";

export interface RunManyOptions {
  /** Default: one for each core. 1: here, without a thread. */
  readonly threads?: number;
  /** After each run that has ended, in the order in which they end. */
  readonly onProgress?: (done: number, all: number) => void;
}

/** Runs all jobs; the outcomes stand in the order of the jobs, whichever thread was faster. The first error ends it. */
export async function runMany(
  jobs: readonly RunJob[],
  { threads = availableParallelism(), onProgress }: RunManyOptions = {},
): Promise<readonly RunOutcome[]> {
  if (threads <= 1 || jobs.length <= 1)
    return jobs.map((job, at) => {
      const outcome = runJob(job);
      onProgress?.(at + 1, jobs.length);
      return outcome;
    });
  const pool = new RunPool(jobs, onProgress);
  return await pool.run(Math.min(threads, jobs.length));
}

/** Each thread takes the next job when it has done one, so that long runs hold up only their own thread. */
class RunPool {
  readonly #jobs: readonly RunJob[];
  readonly #onProgress: RunManyOptions["onProgress"];
  readonly #outcomes: RunOutcome[] = [];
  readonly #workers: Worker[] = [];
  #next = 0;
  #done = 0;

  constructor(jobs: readonly RunJob[], onProgress: RunManyOptions["onProgress"]) {
    this.#jobs = jobs;
    this.#onProgress = onProgress;
  }

  async run(threads: number): Promise<readonly RunOutcome[]> {
    try {
      await new Promise<undefined>((resolve, reject) => {
        for (let thread = 0; thread < threads; thread += 1) this.#start(resolve, reject);
      });
      return this.#outcomes;
    } finally {
      await Promise.all(this.#workers.map((worker) => worker.terminate()));
    }
  }

  #start(resolve: (nothing: undefined) => void, reject: (error: Error) => void): void {
    const worker = new Worker(new URL("run-worker.ts", import.meta.url), {
      // The workspace's packages as their sources, however this process was started.
      execArgv: ["--conditions=@headway/source"],
    });
    this.#workers.push(worker);
    worker.on("error", reject);
    worker.on("message", (reply: WorkerReply) => {
      if ("code" in reply) reject(new HeadwayError(reply.code, reply.message));
      else if (this.#take(reply.at, reply.outcome)) resolve(undefined);
      else this.#send(worker);
    });
    this.#send(worker);
  }

  /** True once all are there. */
  #take(at: number, outcome: RunOutcome): boolean {
    this.#outcomes[at] = outcome;
    this.#done += 1;
    this.#onProgress?.(this.#done, this.#jobs.length);
    return this.#done === this.#jobs.length;
  }

  #send(worker: Worker): void {
    const at = this.#next;
    const job = this.#jobs[at];
    if (job === undefined) return;
    this.#next += 1;
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, no window
    worker.postMessage({ at, job } satisfies WorkerRequest);
  }
}
