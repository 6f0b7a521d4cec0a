import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { NezhaFault } from "./nezha-data.ts";

/** The client's side of one edge: a median of seconds for each minute, undefined where nothing was called. */
export interface EdgeSeries {
  readonly caller: string;
  readonly callee: string;
  readonly medianS: readonly (number | undefined)[];
}

export interface MinuteDay {
  readonly day: string;
  /** Epoch seconds at which each minute was over. */
  readonly atS: readonly number[];
  readonly edges: readonly EdgeSeries[];
  /** Faults of that day, in order of time. */
  readonly faults: readonly NezhaFault[];
}

const FILE = /^ob_edges_(.+)\.csv$/;

/** The edge series of every day that has them. */
export function minuteDaysOf(
  nezhaFolder: string,
  faults: readonly NezhaFault[],
): readonly MinuteDay[] {
  if (!existsSync(nezhaFolder)) return [];
  return readdirSync(nezhaFolder).flatMap((file) => {
    const day = FILE.exec(file)?.[1];
    return day === undefined ? [] : [minuteDayOf(join(nezhaFolder, file), day, faults)];
  });
}

function minuteDayOf(path: string, day: string, faults: readonly NezhaFault[]): MinuteDay {
  const [head = "", ...lines] = readFileSync(path, "utf8").trimEnd().split("\n");
  const names = head.split(",");
  const rows = lines.map((line) => line.split(","));
  const edges = names.flatMap((name, column) => {
    const [, caller, callee] = /^c:([^_]+)_(.+)$/.exec(name) ?? [];
    if (caller === undefined || callee === undefined) return [];
    return [{ caller, callee, medianS: rows.map((row) => secondsOf(row[column])) }];
  });
  return {
    day,
    atS: rows.map(([at]) => Number(at)),
    edges,
    faults: faults
      .filter((fault) => fault.day === day && fault.system === "OnlineBoutique")
      .sort((a, b) => a.onsetS - b.onsetS),
  };
}

function secondsOf(cell: string | undefined): number | undefined {
  const value = Number(cell);
  return cell === undefined || cell === "" || !(value > 0) ? undefined : value;
}
