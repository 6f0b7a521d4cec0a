import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Random } from "@headway/core";
import { readServegen } from "../agents/servegen-trace.ts";

const SERVEGEN_ENDING = "_top25_clients.csv.gz";
/** So far into ten minutes a run may begin, if it is to have traffic: a client's window ends with them. */
const INTO_WINDOW_S = 400;
const AZURE_S = 3_000;

/** The models whose load a data folder holds, in order. */
export function servegenModels(dataFolder: string): readonly string[] {
  return readdirSync(join(dataFolder, "servegen"))
    .filter((file) => file.endsWith(SERVEGEN_ENDING))
    .map((file) => file.slice(0, -SERVEGEN_ENDING.length))
    .toSorted();
}

/** Anywhere in the trace where somebody sends; it has gaps of hours. */
export function placeInServegen(dataFolder: string, model: string, random: Random): number {
  const { clients } = readServegen(dataFolder, model);
  const starts = new Set(clients.flatMap(({ windows }) => windows.map(({ fromS }) => fromS)));
  const sorted = [...starts].sort((a, b) => a - b);
  const start = sorted[Math.floor(random() * sorted.length)] ?? 0;
  return start + Math.floor(random() * INTO_WINDOW_S);
}

/** Anywhere in the hour, but for its end. */
export function placeInAzure(random: Random): number {
  return Math.floor(random() * AZURE_S);
}
