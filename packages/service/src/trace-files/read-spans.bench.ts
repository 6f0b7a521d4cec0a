import { createReadStream, mkdtempSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { collectorLines } from "./fixtures/collector-lines.ts";
import { readSpans } from "./read-spans.ts";

const FILE_MIB = 128;
const ROUNDS = 5;
const MIB = 2 ** 20;

export interface ReadSpansBench {
  readonly name: string;
  /** Mebibytes a second of processor time, of all of the process' threads. */
  readonly ours: number;
  /** The same of `JSON.parse` over each line as `readline` gives it, which makes a string of all content. */
  readonly other: number;
  readonly spans: number;
}

/** A Collector's file from disk to spans: the reader of `measure` and `replay` alone, without derivation. */
export async function benchReadSpans(): Promise<ReadSpansBench[]> {
  const directory = mkdtempSync(join(tmpdir(), "headway-bench-"));
  try {
    const lean = await written(join(directory, "lean"), false);
    const talking = await written(join(directory, "talking"), true);
    return [
      {
        name: "a Collector's file to spans, without content",
        ours: await fastest(() => readAll(lean)),
        other: await fastest(() => parseAll(lean)),
        spans: await readAll(lean),
      },
      {
        name: "… with 2 to 8 KiB of messages a call",
        ours: await fastest(() => readAll(talking)),
        other: await fastest(() => parseAll(talking)),
        spans: await readAll(talking),
      },
    ];
  } finally {
    rmSync(directory, { recursive: true });
  }
}

async function written(path: string, hasContent: boolean): Promise<string> {
  const file = await open(path, "w");
  let bytes = 0;
  for (const line of collectorLines({ hasContent })) {
    bytes += (await file.write(line)).bytesWritten;
    if (bytes >= FILE_MIB * MIB) break;
  }
  await file.close();
  return path;
}

async function readAll(path: string): Promise<number> {
  let count = 0;
  for await (const { spans } of readSpans([path])) count += spans.length;
  return count;
}

async function parseAll(path: string): Promise<number> {
  let count = 0;
  for await (const line of createInterface({ input: createReadStream(path) }))
    count += Object.keys(JSON.parse(line)).length;
  return count;
}

/** Of some rounds: what slows one down is other processes, and the compilers at first. */
async function fastest(run: () => Promise<number>): Promise<number> {
  let best = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = process.cpuUsage();
    await run();
    const { user, system } = process.cpuUsage(before);
    best = Math.max(best, FILE_MIB / ((user + system) / 1e6));
  }
  return best;
}
