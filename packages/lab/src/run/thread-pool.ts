import { Worker } from "node:worker_threads";
import { HeadwayError } from "@headway/core";
import type { DetectionReport, DetectOptions } from "../detection/detect.ts";
import type { RunOutcome } from "./outcome.ts";
import type { RunJob } from "./run-job.ts";
import type { WorkerReply } from "./run-worker.ts";
import { runTask } from "./task.ts";
import type { Task, TaskResult } from "./task.ts";

interface Order {
  readonly task: Task;
  readonly resolve: (result: TaskResult) => void;
  readonly reject: (error: unknown) => void;
}

/** Half a minute of short-lived objects outgrows Node's default of 16 MiB many times a second. */
const YOUNG_MIB = 64;

/**
 * Threads that live as long as the pool: to start one takes a second and its code is slow at first. Each takes the next task when it
 * has done one, so long tasks hold up only their own thread, and whoever asks can wait for many at a time. With one thread the
 * tasks are done here, in the order in which they were asked for.
 */
export class ThreadPool {
  readonly #threads: number;
  readonly #orders: Order[] = [];
  readonly #workers = new Map<Worker, Order | undefined>();
  #here: Promise<unknown> = Promise.resolve();
  #next = 0;

  constructor(threads: number) {
    this.#threads = threads;
  }

  async run(job: RunJob): Promise<RunOutcome> {
    const result = await this.#do({ kind: "run", job });
    if (result.kind === "run") return result.outcome;
    throw new TypeError(`a run came back as ${result.kind}`);
  }

  async detect(
    folder: string,
    options: Omit<DetectOptions, "onProgress">,
  ): Promise<DetectionReport> {
    const result = await this.#do({ kind: "detect", folder, options });
    if (result.kind === "detect") return result.report;
    throw new TypeError(`the detection benches came back as ${result.kind}`);
  }

  /** Ends the threads, whatever they are at; what was not done yet never will be. */
  async close(): Promise<void> {
    this.#orders.length = 0;
    await Promise.all([...this.#workers.keys()].map((worker) => worker.terminate()));
    this.#workers.clear();
  }

  #do(task: Task): Promise<TaskResult> {
    if (this.#threads <= 1) return this.#doHere(task);
    return new Promise((resolve, reject) => {
      this.#orders.push({ task, resolve, reject });
      this.#handOut();
    });
  }

  #doHere(task: Task): Promise<TaskResult> {
    const result = this.#here.then(() => runTask(task));
    this.#here = result.catch(() => {});
    return result;
  }

  #handOut(): void {
    while (this.#next < this.#orders.length) {
      const worker = this.#idle();
      if (worker === undefined) return;
      const order = this.#orders[this.#next]!;
      this.#next += 1;
      this.#workers.set(worker, order);
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, no window
      worker.postMessage(order.task);
    }
    this.#orders.length = 0;
    this.#next = 0;
  }

  #idle(): Worker | undefined {
    for (const [worker, order] of this.#workers) if (order === undefined) return worker;
    return this.#workers.size < this.#threads ? this.#start() : undefined;
  }

  #start(): Worker {
    const worker = new Worker(new URL("run-worker.ts", import.meta.url), {
      // The workspace's packages as their sources, however this process was started.
      execArgv: ["--conditions=@headway/source"],
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MIB },
    });
    this.#workers.set(worker, undefined);
    worker.on("error", (error) => {
      const order = this.#workers.get(worker);
      this.#workers.delete(worker);
      order?.reject(error);
      this.#handOut();
    });
    worker.on("message", (reply: WorkerReply) => {
      const order = this.#workers.get(worker);
      this.#workers.set(worker, undefined);
      if ("code" in reply) order?.reject(new HeadwayError(reply.code, reply.message));
      else order?.resolve(reply.result);
      this.#handOut();
    });
    return worker;
  }
}
