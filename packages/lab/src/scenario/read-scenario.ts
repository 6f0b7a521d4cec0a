import { readFileSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { HeadwayError } from "@headway/core";
import { FileNode } from "./file-node.ts";
import { parseScenario } from "./parse-scenario.ts";
import type { Scenario } from "./scenario.ts";

export interface ReadOptions {
  /** What stands over the file, as `workloads.agents.arrivals.perSecond=57.6`. */
  readonly settings?: readonly string[];
}

/** A scenario file, read with those that it extends, and checked. Its name is the file's. */
export function readScenario(path: string, { settings = [] }: ReadOptions = {}): Scenario {
  const file = settings.reduce(
    (node, setting) => node.overriddenBy(settingOf(setting)),
    readFile(resolve(path), []),
  );
  return parseScenario(basename(path).replace(/\.ya?ml$/, ""), file);
}

/** `above` are the files on the way here, each extended by the one before it. */
function readFile(path: string, above: readonly string[]): FileNode {
  const name = basename(path);
  const node = FileNode.parse(textOf(path), name);
  const { base, rest } = node.without("extends");
  if (base === undefined) return node;
  const basePath = resolve(dirname(path), base.text());
  const chain = [...above, path];
  if (chain.includes(basePath)) {
    const circle = [...chain, basePath].map((file) => basename(file)).join(" → ");
    throw new HeadwayError(
      "ERR_CONFIG_RANGE",
      `extends must not lead back to a file on its way, got ${circle} (${base.where})`,
    );
  }
  return readFile(basePath, chain).overriddenBy(rest);
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const reason = error instanceof Error && "code" in error ? String(error.code) : "an error";
    throw new HeadwayError(
      "ERR_CONFIG_FILE",
      `The scenario must be a readable file, got ${reason} for ${path}`,
    );
  }
}

function settingOf(setting: string): FileNode {
  const [, key, value] = /^([^=]+)=(.*)$/.exec(setting) ?? [];
  if (key === undefined || value === undefined)
    throw new HeadwayError(
      "ERR_COMMAND",
      `--set must be KEY=VALUE, as durationS=120, got ${JSON.stringify(setting)}`,
    );
  return FileNode.at(keysOf(key), value, "--set");
}

/** A name that holds dots, as a host's does, stands in quotes. */
function keysOf(path: string): string[] {
  return path.match(/"[^"]*"|[^."]+/g)?.map((key) => key.replaceAll('"', "")) ?? [];
}
