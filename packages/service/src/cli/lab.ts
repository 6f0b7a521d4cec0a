import { spawn } from "node:child_process";
import { once } from "node:events";
import { realpathSync } from "node:fs";
import { findPackageJSON } from "node:module";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { HeadwayError } from "@headway/core";
import type { Command, Terminal } from "./command.ts";

const PACKAGE = "@headway/lab";

export const lab: Command = {
  name: "lab",
  operands: "COMMAND",
  summary: "Runs scenarios and rival policies under virtual time; only from the repository",
  flags: [],
  isPassedOn: true,
  run: ({ operands }, terminal) => runLab(operands, terminal, import.meta.url),
};

/**
 * The lab is not published and nothing imports it: it runs as a process of its own, from its sources, where `from` finds it
 * installed. That is in a clone of the repository.
 */
export async function runLab(
  args: readonly string[],
  { out, error, environment, directory, signal }: Terminal,
  from: string,
): Promise<number> {
  const child = spawn(process.execPath, ["--conditions=@headway/source", labMain(from), ...args], {
    cwd: directory,
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const end = (): boolean => child.kill();
  signal.addEventListener("abort", end, { once: true });
  const closed = once(child, "close");
  await Promise.all([eachLine(child.stdout, out), eachLine(child.stderr, error), closed]);
  signal.removeEventListener("abort", end);
  return child.exitCode ?? 1;
}

async function eachLine(stream: Readable, say: (line: string) => void): Promise<void> {
  for await (const line of createInterface({ input: stream })) say(line);
}

function labMain(from: string): string {
  const manifest = findLab(from);
  if (manifest === undefined)
    throw new HeadwayError(
      "ERR_PEER_MISSING",
      `lab must find ${PACKAGE}, got none: it lives in the repository and is not published. Clone it, run "npm install", then "npx headway lab" there`,
    );
  // Node strips types from sources only where no node_modules is on their path; npm links a workspace from there.
  return join(dirname(realpathSync(manifest)), "src", "cli", "main.ts");
}

function findLab(from: string): string | undefined {
  try {
    return findPackageJSON(PACKAGE, from);
  } catch {
    return undefined;
  }
}
