import { performance } from "node:perf_hooks";
import * as protobuf from "protobufjs";
import { decodeTraces } from "./decode-traces.ts";
import {
  GOOD_SPAN,
  toJson,
  toProtobuf,
  type WireAttribute,
  type WireBatch,
} from "./fixtures/wire.ts";

/** The part of opentelemetry-proto 1.11 that a trace batch needs. */
const TRACE_PROTO = `
syntax = "proto3";
message AnyValue { oneof value { string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4;
  ArrayValue array_value = 5; KeyValueList kvlist_value = 6; bytes bytes_value = 7; } }
message ArrayValue { repeated AnyValue values = 1; }
message KeyValueList { repeated KeyValue values = 1; }
message KeyValue { string key = 1; AnyValue value = 2; }
message InstrumentationScope { string name = 1; string version = 2; repeated KeyValue attributes = 3; uint32 dropped_attributes_count = 4; }
message Resource { repeated KeyValue attributes = 1; uint32 dropped_attributes_count = 2; }
message Status { string message = 2; int32 code = 3; }
message Event { fixed64 time_unix_nano = 1; string name = 2; repeated KeyValue attributes = 3; uint32 dropped_attributes_count = 4; }
message Link { bytes trace_id = 1; bytes span_id = 2; string trace_state = 3; repeated KeyValue attributes = 4; }
message Span { bytes trace_id = 1; bytes span_id = 2; string trace_state = 3; bytes parent_span_id = 4; string name = 5; int32 kind = 6;
  fixed64 start_time_unix_nano = 7; fixed64 end_time_unix_nano = 8; repeated KeyValue attributes = 9; uint32 dropped_attributes_count = 10;
  repeated Event events = 11; uint32 dropped_events_count = 12; repeated Link links = 13; uint32 dropped_links_count = 14; Status status = 15;
  fixed32 flags = 16; }
message ScopeSpans { InstrumentationScope scope = 1; repeated Span spans = 2; string schema_url = 3; }
message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; string schema_url = 3; }
message ExportTraceServiceRequest { repeated ResourceSpans resource_spans = 1; }
`;

const SPANS = 512;
const ROUNDS = 31;
const DECODES_PER_ROUND = 6;
/** A receiver runs for weeks, so what counts is the code that the compilers end up with. */
const DECODES_WARM = 200;

export interface DecoderBench {
  readonly name: string;
  readonly unit: string;
  readonly ours: number;
  readonly other: number;
  readonly ratio: number;
  /** Heap that one span costs until the next collection. */
  readonly bytesPerSpan: number;
  readonly bytesPerSpanOther: number;
}

/** A model call as a GenAI instrumentation with content on reports it: messages of 2 to 8 KiB, in and out. */
function modelCall(i: number): WireBatch["spans"][number] {
  const message = (kib: number) =>
    JSON.stringify([
      { role: "user", parts: [{ type: "text", content: "what an agent says. ".repeat(kib * 51) }] },
    ]);
  const attributes: WireAttribute[] = [
    ["gen_ai.operation.name", "chat"],
    ["gen_ai.provider.name", "openai"],
    ["gen_ai.request.model", i % 3 === 0 ? "gpt-5" : "gpt-5-mini"],
    ["gen_ai.agent.name", `worker-${i % 12}`],
    ["gen_ai.conversation.id", `conversation-${i % 40}`],
    ["gen_ai.input.messages", message(2 + (i % 7))],
    ["gen_ai.output.messages", message(1 + (i % 2))],
    ["gen_ai.usage.input_tokens", 1200 + i],
    ["gen_ai.usage.output_tokens", 300 + i],
    ["server.address", "api.openai.com"],
    ["server.port", 443],
    ["http.response.status_code", 200],
  ];
  const id = (i + 1).toString(16);
  return {
    ...GOOD_SPAN,
    traceId: (i >> 3).toString(16).padStart(4, "7").padEnd(32, "3"),
    spanId: id.padStart(16, "a"),
    attributes,
    status: { code: 1, message: "" },
  };
}

const batch: WireBatch = {
  resource: [
    ["service.name", "kyc"],
    ["service.instance.id", "kyc-1"],
  ],
  scope: "gen_ai",
  spans: Array.from({ length: SPANS }, (_, i) => modelCall(i)),
};

/** Both decoders on the same bytes, in turns in one process; medians of the rounds. */
export async function benchDecoder(): Promise<DecoderBench[]> {
  const request = protobuf.parse(TRACE_PROTO).root.lookupType("ExportTraceServiceRequest");
  // A receiver has Buffers, and protobufjs reads those by Node's native means.
  const body = Buffer.from(toProtobuf(batch));
  const json = toJson(batch);
  const jsonText = new TextDecoder();
  return [
    compare(
      "decode OTLP/protobuf against protobufjs",
      () => decodeTraces(body, "protobuf"),
      () => request.decode(body),
    ),
    compare(
      "decode OTLP/JSON against JSON.parse",
      () => decodeTraces(json, "json"),
      () => JSON.parse(jsonText.decode(json)),
    ),
  ];
}

function compare(name: string, ours: () => unknown, other: () => unknown): DecoderBench {
  const times: [number, number][] = [];
  for (let i = 0; i < DECODES_WARM; i += 1) {
    ours();
    other();
  }
  for (let round = 0; round < ROUNDS; round += 1)
    times.push([microsPerSpan(ours), microsPerSpan(other)]);
  const oursMedian = median(times.map(([mine]) => mine));
  const otherMedian = median(times.map(([, theirs]) => theirs));
  return {
    name,
    unit: "µs/span",
    ours: oursMedian,
    other: otherMedian,
    ratio: otherMedian / oursMedian,
    bytesPerSpan: heapPerSpan(ours),
    bytesPerSpanOther: heapPerSpan(other),
  };
}

function microsPerSpan(decode: () => unknown): number {
  const start = performance.now();
  for (let i = 0; i < DECODES_PER_ROUND; i += 1) decode();
  return ((performance.now() - start) * 1000) / (DECODES_PER_ROUND * SPANS);
}

/** By how much one decode lets the heap grow; the median of several, as a collection may fall into one. */
function heapPerSpan(decode: () => unknown): number {
  const growths = Array.from({ length: 7 }, () => {
    globalThis.gc?.();
    const before = process.memoryUsage().heapUsed;
    const result = decode();
    const growth = process.memoryUsage().heapUsed - before;
    return result === undefined ? 0 : growth / SPANS;
  });
  return Math.round(median(growths));
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}
