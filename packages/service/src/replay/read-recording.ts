import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { decodeReports, decodeTraces } from "@headway/core/signals";
import type { Arrival, Arrivals } from "./arrival.ts";
import { isConsult, isOverride, isRecords } from "./recorded-values.ts";
import { RECORDING_PREFIX } from "./recording-line.ts";

export interface ReadRecording {
  readonly arrivals: Arrivals;
  /** Lines that are none of a recording's, the last one of a service that was killed among them. */
  readonly rejected: number;
}

const GZIP = Buffer.from([0x1f, 0x8b]);

/** Whether a file is a service's recording, by its first bytes. */
export async function isRecording(path: string): Promise<boolean> {
  const stream = await textOf(path).catch(() => undefined);
  if (stream === undefined) return false;
  try {
    for await (const chunk of stream)
      return (
        Buffer.from(chunk).subarray(0, RECORDING_PREFIX.length).toString() === RECORDING_PREFIX
      );
    return false;
  } catch {
    return false;
  } finally {
    stream.destroy();
  }
}

/** A recording, as its service wrote it. Of several tenants, one is replayed at a time. */
export async function readRecording(path: string, tenant: string): Promise<ReadRecording> {
  const list: Arrival[] = [];
  let settings: { tickMs: number | undefined; settleMs: number | undefined } | undefined;
  let rejected = 0;
  const lines = createInterface({ input: await textOf(path), crlfDelay: Number.POSITIVE_INFINITY });
  for await (const text of lines) {
    const headway = headwayOf(text);
    if (headway === undefined) rejected += 1;
    else if ("recording" in headway)
      settings ??= { tickMs: numberOf(headway["tickMs"]), settleMs: numberOf(headway["settleMs"]) };
    else if (headway["tenant"] === tenant) {
      const arrival = arrivalOf(headway, text);
      if (arrival === undefined) rejected += 1;
      else list.push(arrival);
    }
  }
  const arrivals: Arrivals = {
    order: "recorded",
    tickMs: settings?.tickMs,
    settleMs: settings?.settleMs,
    list,
  };
  return { arrivals, rejected };
}

async function textOf(path: string): Promise<Readable> {
  const file = await open(path);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
  await file.close();
  const stream = createReadStream(path);
  return bytesRead === 2 && buffer.equals(GZIP) ? stream.pipe(createGunzip()) : stream;
}

/** Spans and reports are decoded as those that arrive live; `undefined` where the line is not one that `ArrivalLog` writes. */
function arrivalOf(headway: Headway, text: string): Arrival | undefined {
  const { kind, atMs } = headway;
  if (typeof atMs !== "number" || !Number.isFinite(atMs)) return undefined;
  switch (kind) {
    case "spans": {
      const decoded = decodeTraces(Buffer.from(text), "json");
      return decoded.ok ? { kind, atMs, spans: decoded.spans } : undefined;
    }
    case "reports": {
      const decoded = decodeReports(Buffer.from(String(headway["report"]), "base64"), "protobuf");
      return decoded.ok ? { kind, atMs, reports: decoded.reports } : undefined;
    }
    case "connected":
    case "gone":
      return { kind, atMs, instance: String(headway["instance"]) };
    case "consult":
      return isConsult(headway["consult"])
        ? { kind, atMs, consult: headway["consult"] }
        : undefined;
    case "override":
      return isOverride(headway["override"])
        ? { kind, atMs, override: headway["override"] }
        : undefined;
    case "override-cleared":
      return {
        kind,
        atMs,
        dependency: String(headway["dependency"]),
        by: String(headway["by"]),
      };
    case "restored":
      return isRecords(headway["records"])
        ? { kind, atMs, records: headway["records"] }
        : undefined;
    case "tick":
      return { kind, atMs };
    default:
      return undefined;
  }
}

type Headway = Readonly<Record<string, unknown>>;

function headwayOf(text: string): Headway | undefined {
  try {
    const document: unknown = JSON.parse(text);
    const headway: unknown =
      typeof document === "object" && document !== null && "headway" in document
        ? document.headway
        : undefined;
    return typeof headway === "object" && headway !== null ? { ...headway } : undefined;
  } catch {
    return undefined;
  }
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) && value > 0 ? value : undefined;
}
