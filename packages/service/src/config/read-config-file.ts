import { readFileSync } from "node:fs";
import { HeadwayError } from "@headway/core";

/** Reads a file that an operator wrote; a missing or unreadable one is told by what it was wanted for. */
export function readConfigFile(path: string, what: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const reason = error instanceof Error && "code" in error ? String(error.code) : "an error";
    throw new HeadwayError(
      "ERR_CONFIG_FILE",
      `The ${what} must be a readable file, got ${reason} for ${path}`,
    );
  }
}
