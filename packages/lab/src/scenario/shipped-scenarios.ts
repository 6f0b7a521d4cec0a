import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { HeadwayError } from "@headway/core";
import { hintOf } from "./nearest.ts";

const FOLDER = fileURLToPath(new URL("../../scenarios/", import.meta.url));
const ENDING = ".yaml";

/** The names of the scenarios that come with the lab, in order. */
export function shippedScenarios(): readonly string[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith(ENDING))
    .map((file) => file.slice(0, -ENDING.length))
    .toSorted();
}

/** Where the file of a shipped scenario lies, by its name; or one's own file, whose path is relative to `directory`. */
export function scenarioPath(nameOrPath: string, directory = "."): string {
  const names = shippedScenarios();
  if (names.includes(nameOrPath)) return join(FOLDER, `${nameOrPath}${ENDING}`);
  const path = resolve(directory, nameOrPath);
  if (existsSync(path)) return path;
  throw new HeadwayError(
    "ERR_CONFIG_FILE",
    `The scenario must be a file or the name of one that comes with the lab, got ${JSON.stringify(nameOrPath)}; ${hintOf(nameOrPath, names)}`,
  );
}
