import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync, zstdCompressSync } from "node:zlib";
import { readFileSync } from "node:fs";
import type { FinishedSpanView } from "@headway/core/signals";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  jaegerAnswer,
  otlpMessage,
  otlpRequest,
  SPANS,
  zipkinSpans,
} from "./fixtures/one-trace.ts";
import { bigEndianFrame } from "./fixtures/to-protobuf.ts";
import { readSpans } from "./read-spans.ts";
import type { ReadProgress, ReadSpansOptions, ReadSummary } from "./span-source.ts";

interface Read {
  readonly spans: readonly FinishedSpanView[];
  readonly sources: readonly string[];
  readonly summary: ReadSummary;
}

async function readAll(inputs: readonly string[], options?: ReadSpansOptions): Promise<Read> {
  const reading = readSpans(inputs, options);
  const spans: FinishedSpanView[] = [];
  const sources: string[] = [];
  for await (const batch of reading) {
    spans.push(...batch.spans);
    sources.push(batch.source);
  }
  return { spans, sources, summary: reading.summary() };
}

let directory: string;
const write = (name: string, bytes: string | Buffer): void =>
  writeFileSync(join(directory, name), bytes);
const LINE = `${JSON.stringify(otlpRequest())}\n`;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "headway-traces-"));
  mkdirSync(join(directory, "deep/er"), { recursive: true });
  write("a.jsonl", LINE);
  write("b.pb", bigEndianFrame(otlpMessage()));
  write("deep/c.json", JSON.stringify(jaegerAnswer()));
  write("deep/er/d.json.gz", gzipSync(JSON.stringify(zipkinSpans())));
  mkdirSync(join(directory, "empty"));
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

describe("inputs", () => {
  it("are files, the files of directories and those below, and globs; each once", async () => {
    const { summary } = await readAll(["*.jsonl", "deep", "b.pb", "deep/*.json", "a.jsonl"], {
      directory,
    });
    expect(summary.sources.map(({ name, formats, spans }) => [name, formats[0], spans])).toEqual([
      ["a.jsonl", "otlp-json", 3],
      ["deep/c.json", "jaeger", 3],
      ["deep/er/d.json.gz", "zipkin", 3],
      ["b.pb", "otlp-protobuf", 3],
    ]);
    expect(summary).toMatchObject({ spans: 12, outside: 0, rejected: 0 });
    expect(summary.firstMs).toBe(SPANS[0].startMs);
    expect(summary.lastMs).toBe(SPANS[0].startMs + SPANS[0].durationMs);
  });

  it("are standard input, in any format and compressed", async () => {
    const stdin = async function* (): AsyncGenerator<Uint8Array> {
      const bytes = gzipSync(LINE + LINE);
      for (let at = 0; at < bytes.length; at += 3) yield bytes.subarray(at, at + 3);
    };
    const { summary } = await readAll(["-"], { stdin: stdin() });
    expect(summary.sources).toMatchObject([{ name: "stdin", spans: 6, compressed: true }]);
  });

  it.each([[[]], [["nothing.json"]], [["*.nothing"]], [["empty"]], [["http://"]]])(
    "that name nothing are a mistake, told before anything is read: %j",
    async (inputs) => {
      await expect(
        readAll(["a.jsonl", ...inputs].slice(inputs.length === 0 ? 1 : 0), { directory }),
      ).rejects.toMatchObject({ code: "ERR_TRACES_INPUT" });
    },
  );

  it("that break are counted, and the next one is read", async () => {
    write("cut.gz", gzipSync(LINE.repeat(50)).subarray(0, -20));
    write("cut.json", LINE.slice(0, -5));
    const { summary } = await readAll(["cut.gz", "cut.json", "a.jsonl"], { directory });
    const [gzip, json, whole] = summary.sources;
    expect(gzip!.spans).toBeGreaterThan(100);
    expect(gzip!.rejected.map(({ reason }) => reason)).toContain("bad-compression");
    expect(json).toMatchObject({ spans: 3, rejected: [{ reason: "cut-short", count: 1 }] });
    expect(whole).toMatchObject({ spans: 3, rejected: [] });
  });

  it("are a Collector's frames that are compressed one by one", async () => {
    const frame = (bytes: string | Buffer): Buffer => bigEndianFrame(zstdCompressSync(bytes));
    write("frames", Buffer.concat([frame(LINE), frame(LINE)]));
    write("frames.pb", Buffer.concat([frame(otlpMessage()), frame(otlpMessage())]));
    const { summary } = await readAll(["frames", "frames.pb"], { directory });
    expect(summary.sources.map(({ formats, spans }) => [formats, spans])).toEqual([
      [["otlp-json"], 6],
      [["otlp-protobuf"], 6],
    ]);
  });
});

describe("reading", () => {
  it("leaves out what starts outside the times asked for, and says how much", async () => {
    const fromMs = SPANS[1].startMs;
    const toMs = SPANS[2].startMs;
    const { spans, summary } = await readAll(["a.jsonl"], { directory, fromMs, toMs });
    expect(spans.map(({ spanId }) => spanId)).toEqual([SPANS[1].spanId]);
    expect(summary).toMatchObject({ spans: 1, outside: 2, rejected: 0, firstMs: fromMs });
  });

  it("tells how far it is, in the bytes that are stored", async () => {
    const told: ReadProgress[] = [];
    const onProgress = (progress: ReadProgress): void => void told.push(progress);
    const { summary } = await readAll(["deep"], { directory, onProgress });
    expect(told.at(-1)).toMatchObject({
      spans: 6,
      bytesRead: summary.bytes,
      bytesTotal: summary.bytes,
    });
    expect(told.every(({ bytesRead, bytesTotal }) => bytesRead <= bytesTotal!)).toBe(true);
  });

  it("ends early when it is aborted", async () => {
    const ending = new AbortController();
    const reading = readSpans(["a.jsonl", "deep"], { directory, signal: ending.signal });
    const names: string[] = [];
    for await (const { source } of reading) {
      names.push(source);
      ending.abort();
    }
    expect(names).toEqual(["a.jsonl"]);
  });

  it("holds little of a document that has no line breaks at all", async () => {
    const span = JSON.stringify(otlpRequest()).match(/"spans":\[(.*?)\]\}\]\}\]\}$/)![1]!;
    const head = JSON.stringify(otlpRequest()).split('"spans":[')[0]!;
    const rounds = 20_000;
    const stdin = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from(`${head}"spans":[`);
      for (let i = 0; i < rounds; i += 1) yield Buffer.from(i === 0 ? span : `,${span}`);
      yield Buffer.from("]}]}]}");
    };
    let most = 0;
    let spans = 0;
    const before = process.memoryUsage().arrayBuffers;
    for await (const batch of readSpans(["-"], { stdin: stdin() })) {
      spans += batch.spans.length;
      if (spans % 3000 === 0) most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    }
    expect(spans).toBe(rounds * SPANS.length);
    // 40 MiB came. What is held is one window, and what the runtime has not collected yet.
    expect(most).toBeLessThan(16 * 2 ** 20);
  });
});

const FIXTURES = join(
  process.env["HEADWAY_DATA"] ?? join(import.meta.dirname, "../../../../../shared/data"),
  "fixtures",
);
if (!existsSync(FIXTURES)) console.warn(`Real traces were not read: there is no ${FIXTURES}`);

/** Every object below that has one of the keys: a recount that knows nothing of how the reader goes about it. */
function countOf(value: unknown, key: string): number {
  if (typeof value !== "object" || value === null) return 0;
  const below = Object.values(value).reduce<number>((sum, one) => sum + countOf(one, key), 0);
  return below + (Object.hasOwn(value, key) ? 1 : 0);
}

describe.skipIf(!existsSync(FIXTURES))("traces of real systems", () => {
  it.each([
    ["otlp_trace_example.json", "otlp-json", "startTimeUnixNano"],
    ["jaeger_example_trace.json", "otlp-json", "startTimeUnixNano"],
    ["jaeger_otel_traces_01.json", "otlp-json", "startTimeUnixNano"],
    ["jaeger_ui_01.json", "jaeger", "operationName"],
    ["deathstarbench_socialnetwork_jaeger.json.gz", "jaeger", "operationName"],
  ])("are read whole: %s", async (file, format, key) => {
    const path = join(FIXTURES, file);
    const stored = readFileSync(path);
    const document: unknown = JSON.parse(
      (file.endsWith(".gz") ? gunzipSync(stored) : stored).toString(),
    );
    const { spans, summary } = await readAll([path]);
    expect(spans.length).toBe(countOf(document, key));
    expect(summary).toMatchObject({ rejected: 0, sources: [{ formats: [format] }] });
    expect(spans.every(({ resource }) => typeof resource["service.name"] === "string")).toBe(true);
  });

  it("have every parent that Jaeger's spans refer to", async () => {
    const path = join(FIXTURES, "deathstarbench_socialnetwork_jaeger.json.gz");
    const { spans } = await readAll([path]);
    const document: unknown = JSON.parse(gunzipSync(readFileSync(path)).toString());
    expect(spans.filter(({ parentSpanId }) => parentSpanId !== undefined).length).toBe(
      countOf(document, "refType"),
    );
  });

  it("are no traces where they are none", async () => {
    const { summary } = await readAll([join(FIXTURES, "otel_demo_flags.json")]);
    expect(summary.sources).toMatchObject([
      { spans: 0, rejected: [{ reason: "not-a-trace", lines: [1] }] },
    ]);
  });
});
