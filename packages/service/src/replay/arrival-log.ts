import { closeSync, openSync, writeSync } from "node:fs";
import { HeadwayError } from "@headway/core";
import { encodeReport } from "@headway/core/signals";
import type { Arrival } from "./arrival.ts";
import { headerLine, line } from "./recording-line.ts";
import { spansToJson } from "./span-json.ts";

export interface ArrivalLogOptions {
  readonly path: string;
  readonly tickMs: number;
  readonly settleMs: number;
  /** Told once, when writing fails. Nothing is recorded from then on, and the service goes on. */
  readonly onError: (error: unknown) => void;
}

/** So much is kept before it is written: some seconds of a busy service. */
const WAITING_CHARACTERS_MAX = 8 * 1024 * 1024;

/**
 * Writes down all that reaches the engines of a service, so that `headway replay` can do it all over again. Lines are kept until
 * the next tick and written then, so that no request waits for the disk.
 */
export class ArrivalLog {
  readonly #options: ArrivalLogOptions;
  #file: number | undefined;
  #lines: string[] = [];
  #characters = 0;

  constructor(options: ArrivalLogOptions) {
    this.#options = options;
    this.#file = open(options.path);
    this.#keep(headerLine({ tickMs: options.tickMs, settleMs: options.settleMs }));
  }

  arrived(tenant: string, arrival: Arrival): void {
    if (this.#file === undefined) return;
    for (const text of linesOf(tenant, arrival)) this.#keep(text);
    if (arrival.kind === "tick" || this.#characters > WAITING_CHARACTERS_MAX) this.flush();
  }

  flush(): void {
    if (this.#file === undefined || this.#lines.length === 0) return;
    const text = this.#lines.join("");
    this.#lines = [];
    this.#characters = 0;
    try {
      writeSync(this.#file, text);
    } catch (error) {
      this.close();
      this.#options.onError(error);
    }
  }

  close(): void {
    if (this.#file === undefined) return;
    this.flush();
    if (this.#file === undefined) return;
    const file = this.#file;
    this.#file = undefined;
    closeSync(file);
  }

  #keep(text: string): void {
    this.#lines.push(text);
    this.#characters += text.length;
  }
}

function linesOf(tenant: string, arrival: Arrival): readonly string[] {
  const { kind, atMs } = arrival;
  const head = { kind, atMs, tenant };
  switch (arrival.kind) {
    case "spans":
      return [line(head, spansToJson(arrival.spans))];
    case "reports":
      return arrival.reports.map((report) =>
        line({ ...head, report: Buffer.from(encodeReport(report, atMs)).toString("base64") }),
      );
    case "connected":
    case "gone":
      return [line({ ...head, instance: arrival.instance })];
    case "consult":
      return [line({ ...head, consult: arrival.consult })];
    case "override":
      return [line({ ...head, override: arrival.override })];
    case "override-cleared":
      return [line({ ...head, dependency: arrival.dependency, by: arrival.by })];
    case "restored":
      return [line({ ...head, records: arrival.records })];
    case "tick":
      return [line(head)];
  }
}

/** Names of agents and dependencies are nobody else's business on a shared machine. A recording that is there is not overwritten. */
function open(path: string): number {
  try {
    return openSync(path, "wx", 0o600);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new HeadwayError(
      "ERR_CONFIG_FILE",
      `record must name a file that is not there yet and can be written, got ${JSON.stringify(path)}: ${why}`,
    );
  }
}
