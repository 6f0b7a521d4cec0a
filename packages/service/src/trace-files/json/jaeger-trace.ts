import type { FinishedSpanView } from "@headway/core/signals";
import type { SpanSink } from "../span-sink.ts";
import { AttributeValues } from "./attribute-values.ts";

/** A trace of more than that is given out in parts, and those before the last may lack their services' names. */
const HELD_MAX = 50_000;

/** One trace as Jaeger writes it: the spans first, and only then the processes that they belong to. */
export class JaegerTrace {
  readonly #sink: SpanSink;
  readonly #processes = new Map<string, AttributeValues>();
  #held: FinishedSpanView[] = [];

  constructor(sink: SpanSink) {
    this.#sink = sink;
  }

  /** The bag of a process, which may be filled later. */
  process(id: string): AttributeValues {
    let process = this.#processes.get(id);
    if (process === undefined) {
      process = new AttributeValues();
      this.#processes.set(id, process);
    }
    return process;
  }

  add(span: FinishedSpanView): void {
    this.#held.push(span);
    if (this.#held.length >= HELD_MAX) this.release();
  }

  release(): void {
    for (const span of this.#held) this.#sink.add(span);
    this.#held = [];
  }
}
