import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { isToRun } from "./messages.ts";

/** A process of the run, and where it listens, if it does. */
export interface Child {
  readonly process: ChildProcess;
  readonly url: string;
}

/** Starts a file of this folder as a process and waits until it says that it is ready. */
export function startChild(file: string, settings: object = {}): Promise<Child> {
  const child = fork(new URL(file, import.meta.url), [JSON.stringify(settings)]);
  return new Promise((resolve, reject) => {
    child.once("exit", (code) =>
      reject(new Error(`${file} ended before it was ready, with code ${code}`)),
    );
    child.once("message", (message) => {
      if (!isToRun(message) || message.kind !== "ready") return;
      resolve({ process: child, url: message.url ?? "" });
    });
  });
}
