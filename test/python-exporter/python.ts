import { spawn } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const VERSION = "1.45.2";
const PACKAGES = ["sdk", "exporter-otlp-proto-http", "exporter-otlp-proto-grpc"].map(
  (name) => `opentelemetry-${name}==${VERSION}`,
);

const CACHE = process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
const ENVIRONMENT = join(CACHE, "headway-test", `opentelemetry-python-${VERSION}`);

export type Python = { readonly path: string } | { readonly missing: string };

/** A Python with OpenTelemetry's SDK of PyPI, in an environment of its own that is kept for the next run. */
export async function findPython(): Promise<Python> {
  const path = join(ENVIRONMENT, "bin", "python");
  const complete = join(ENVIRONMENT, "complete");
  if (existsSync(complete)) return { path };
  const steps: (readonly [string, ...string[]])[] = [
    ["python3", "-m", "venv", "--clear", ENVIRONMENT],
    [path, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...PACKAGES],
  ];
  for (const [command, ...args] of steps) {
    const { code, said } = await runProcess(command, args, { PATH: process.env["PATH"] });
    if (code !== 0)
      return {
        missing: `${[command, ...args].join(" ")}: ${said.trim().split("\n").at(-1) ?? ""}`,
      };
  }
  writeFileSync(complete, "");
  return { path };
}

/** Runs a process to its end; `said` is all it wrote. */
export async function runProcess(
  command: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<{ readonly code: number | null; readonly said: string }> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { env: environment, stdio: ["ignore", "pipe", "pipe"] });
    const said: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => said.push(chunk));
    child.once("error", (error) => {
      resolve({ code: null, said: error.message });
    });
    child.once("close", (code) => {
      resolve({ code, said: Buffer.concat(said).toString() });
    });
  });
}
