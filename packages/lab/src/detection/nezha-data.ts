import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { DICTIONARY, FAULTS, INDEX, readTable } from "./nezha-tables.ts";
import type { Dictionary, FaultRow, IndexRow } from "./nezha-tables.ts";

export type FaultType =
  | "network_delay"
  | "cpu_contention"
  | "cpu_consumed"
  | "exception"
  | "return"
  | (string & {});

export interface NezhaFault {
  readonly id: number;
  readonly day: string;
  readonly system: string;
  /** Injection, in epoch seconds; where the label is known to be ambiguous, the earlier of its two readings. */
  readonly onsetS: number;
  readonly type: FaultType;
  readonly service: string;
}

/** One file of spans: all of a few one-minute windows around a fault, or of a minute without any. */
export interface NezhaFile {
  readonly file: string;
  readonly system: string;
  readonly day: string;
  /** Zero of the file's own times, in epoch seconds. */
  readonly zeroS: number;
  readonly fault: NezhaFault | undefined;
  /** What is covered, in seconds from zero. */
  readonly covered: readonly (readonly [fromS: number, toS: number])[];
}

/** Columns, one entry a span. `parent` is a row, −1 for a root; times in seconds from the file's zero. */
export interface NezhaSpans {
  readonly trace: Int32Array;
  readonly parent: Int32Array;
  readonly service: Int32Array;
  readonly operation: Int32Array;
  readonly startS: Float64Array;
  readonly durationS: Float64Array;
  readonly services: readonly string[];
  readonly operations: readonly string[];
}

/** A label said to be off by a minute may be off either way; beyond that the stamps differ by a time zone, and t0 is right. */
const AMBIGUITY_S = 60;

/** The Nezha folder (IntelligentDDS/Nezha, FSE'23): labelled faults, spans around them, series a minute. */
export class NezhaData {
  readonly #dir: string;
  readonly faults: readonly NezhaFault[];
  readonly files: readonly NezhaFile[];
  readonly #dictionary: Dictionary;

  private constructor(dir: string) {
    this.#dir = dir;
    this.faults = readTable(join(dir, "faults.json"), FAULTS).map(faultOf);
    const byId = new Map(this.faults.map((fault) => [fault.id, fault]));
    const index = join(dir, "spans", "index.json");
    const rows = existsSync(index) ? readTable(index, INDEX) : [];
    this.files = rows.map((row) => fileOf(row, byId)).sort((a, b) => a.zeroS - b.zeroS);
    this.#dictionary =
      rows.length > 0 ? readTable(join(dir, "spans", "dictionary.json"), DICTIONARY) : {};
  }

  /** Undefined where the folder holds no labelled faults. */
  static open(dir: string): NezhaData | undefined {
    return existsSync(join(dir, "faults.json")) ? new NezhaData(dir) : undefined;
  }

  /** Files of one system and day, in order of time. */
  days(): readonly (readonly NezhaFile[])[] {
    const groups = new Map<string, NezhaFile[]>();
    for (const file of this.files) {
      const key = `${file.system} ${file.day}`;
      groups.set(key, [...(groups.get(key) ?? []), file]);
    }
    return [...groups.values()];
  }

  spans({ file, system }: NezhaFile): NezhaSpans {
    const names = this.#dictionary[system] ?? { services: [], ops: [] };
    const lines = gunzipSync(readFileSync(join(this.#dir, "spans", file)))
      .toString("latin1")
      .trimEnd();
    return parseSpans(lines.split("\n").slice(1), names);
  }
}

function parseSpans(
  lines: readonly string[],
  { services, ops }: { readonly services: readonly string[]; readonly ops: readonly string[] },
): NezhaSpans {
  const count = lines.length;
  const spans: NezhaSpans = {
    trace: new Int32Array(count),
    parent: new Int32Array(count),
    service: new Int32Array(count),
    operation: new Int32Array(count),
    startS: new Float64Array(count),
    durationS: new Float64Array(count),
    services,
    operations: ops,
  };
  for (const [row, line] of lines.entries()) {
    const [trace, parent, service, operation, startUs, durationUs] = line.split(",").map(Number);
    spans.trace[row] = trace ?? 0;
    spans.parent[row] = parent ?? -1;
    spans.service[row] = service ?? 0;
    spans.operation[row] = operation ?? 0;
    spans.startS[row] = (startUs ?? 0) / 1e6;
    spans.durationS[row] = (durationUs ?? 0) / 1e6;
  }
  return spans;
}

function faultOf(row: FaultRow): NezhaFault {
  const { id, day, system, t0, t0_raw: raw, type, service } = row;
  const isAmbiguous =
    row.label_quality.startsWith("ambiguous") && Math.abs(t0 - raw) <= AMBIGUITY_S;
  return { id, day, system, type, service, onsetS: isAmbiguous ? Math.min(t0, raw) : t0 };
}

function fileOf(row: IndexRow, faults: ReadonlyMap<number, NezhaFault>): NezhaFile {
  return {
    file: row.file,
    system: row.system,
    day: row.day,
    zeroS: row.t0,
    fault: row.fault_id === null ? undefined : faults.get(row.fault_id),
    covered: row.windows_rel_s,
  };
}
