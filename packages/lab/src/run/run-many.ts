import { availableParallelism } from "node:os";
import type { RunOutcome } from "./outcome.ts";
import type { RunJob } from "./run-job.ts";
import { ThreadPool } from "./thread-pool.ts";

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
  const pool = new ThreadPool(Math.min(threads, jobs.length));
  let done = 0;
  try {
    return await Promise.all(
      jobs.map(async (job) => {
        const outcome = await pool.run(job);
        onProgress?.((done += 1), jobs.length);
        return outcome;
      }),
    );
  } finally {
    await pool.close();
  }
}
