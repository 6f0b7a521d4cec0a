import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { HeadwayError } from "@headway/core";

/** One client of a production service, as ServeGen (arXiv 2505.09999) publishes it. */
export interface TraceClient {
  readonly windows: readonly TraceWindow[];
}

/** Ten minutes of it; a window without traffic is left out. */
export interface TraceWindow {
  readonly fromS: number;
  readonly perSecond: number;
  readonly pattern: "gamma" | "weibull";
  /** Of the distribution of the times between arrivals; below 1 they come in bursts. */
  readonly shape: number;
}

export interface ServegenTrace {
  readonly clients: readonly TraceClient[];
  /** Where the trace ends and a run that goes on begins it anew. */
  readonly lengthS: number;
}

export const WINDOW_S = 600;

const traces = new Map<string, ServegenTrace>();

/** Read once in a process: a run over many seeds needs it again and again. */
export function readServegen(folder: string, model: string): ServegenTrace {
  const path = join(folder, "servegen", `${model}_top25_clients.csv.gz`);
  const known = traces.get(path);
  if (known !== undefined) return known;
  const trace = parse(textOf(path));
  traces.set(path, trace);
  return trace;
}

export function textOf(path: string): string {
  try {
    return gunzipSync(readFileSync(path)).toString("utf8");
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new HeadwayError("ERR_CONFIG_FILE", `arrivals need the data file ${path}: ${why}`);
  }
}

function parse(text: string): ServegenTrace {
  const windows = new Map<string, TraceWindow[]>();
  let lengthS = 0;
  for (const line of text.trimEnd().split("\n").slice(1)) {
    const [client = "", from, rate, , pattern, shape] = line.split(",");
    const fromS = Number(from);
    lengthS = Math.max(lengthS, fromS + WINDOW_S);
    const ofClient = windows.get(client) ?? [];
    windows.set(client, ofClient);
    ofClient.push({
      fromS,
      perSecond: Number(rate),
      pattern: pattern === "Weibull" ? "weibull" : "gamma",
      shape: Number(shape),
    });
  }
  return { clients: [...windows.values()].map((windows) => ({ windows })), lengthS };
}
