import { join } from "node:path";

const PROJECT = join(import.meta.dirname, "..", "..", "..", "..");

/** Where the public data lie that arrivals are drawn from: beside the project, unless `HEADWAY_DATA` names another folder. */
export function dataFolder(): string {
  return process.env["HEADWAY_DATA"] ?? join(PROJECT, "..", "shared", "data");
}
