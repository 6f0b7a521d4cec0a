#!/usr/bin/env node
import { processScreen } from "./process-screen.ts";
import { run } from "./run.ts";

const ending = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    ending.abort();
  });
}

const screen = processScreen(process.stdin, process.stdout, process.env);
const code = await run(process.argv.slice(2), {
  out: (line) => {
    process.stdout.write(`${line}\n`);
  },
  error: (line) => {
    process.stderr.write(`${line}\n`);
  },
  environment: process.env,
  directory: process.cwd(),
  signal: ending.signal,
  ...(screen === undefined ? {} : { screen }),
  ...(process.stderr.isTTY && {
    progress: (text: string) => void process.stderr.write(`\r\u001B[2K${text}`),
  }),
});
// Not left to the event loop: a peer that does not let go of its socket must not keep the process.
process.exit(code);
