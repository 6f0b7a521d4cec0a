import { connect } from "node:http2";
import { Client, compressionAlgorithms, credentials, Metadata, status } from "@grpc/grpc-js";
import type { ServiceError } from "@grpc/grpc-js";
import protobuf from "protobufjs";
import { afterEach, describe, expect, it, vi } from "vitest";
import { digestOf } from "../auth/authenticator.ts";
import { formatAddress } from "../config/address.ts";
import { createReceiver } from "./fixtures/receiver.ts";
import type { Receiver, ReceiverOptions } from "./fixtures/receiver.ts";

const TRACES = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
const METRICS = "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export";

// As in opentelemetry-proto and google.rpc, of each no more than is used here.
const { root } = protobuf.parse(`
  syntax = "proto3";
  message Request { repeated ResourceSpans resource_spans = 1; }
  message ResourceSpans { repeated ScopeSpans scope_spans = 2; }
  message ScopeSpans { repeated Span spans = 2; }
  message Span { bytes trace_id = 1; bytes span_id = 2; string name = 5; int32 kind = 6; fixed64 start = 7; fixed64 end = 8; }
  message Response { Partial partial_success = 1; }
  message Partial { int64 rejected_spans = 1; string error_message = 2; }
  message Status { int32 code = 1; string message = 2; repeated Any details = 3; }
  message Any { string type_url = 1; bytes value = 2; }
  message RetryInfo { Duration retry_delay = 1; }
  message Duration { int64 seconds = 1; int32 nanos = 2; }
`);

let receiver: Receiver;
let client: Client;
let listening = "";

afterEach(async () => {
  client.close();
  await receiver.grpc.close(100);
  await receiver.app.close();
});

async function start(options: ReceiverOptions = {}, gzip = false): Promise<void> {
  receiver = await createReceiver(options);
  const address = await receiver.grpc.listen({ host: "127.0.0.1", port: 0 });
  listening = formatAddress(address);
  client = new Client(listening, credentials.createInsecure(), {
    "grpc.default_compression_algorithm": gzip
      ? compressionAlgorithms.gzip
      : compressionAlgorithms.identity,
    "grpc.max_send_message_length": -1,
  });
}

async function call(
  path: string,
  bytes: Buffer,
  authorization?: string,
): Promise<{ error: ServiceError | null; answer: Buffer }> {
  const metadata = new Metadata();
  if (authorization !== undefined) metadata.set("authorization", authorization);
  const identity = (value: Buffer): Buffer => value;
  return new Promise((resolve) => {
    client.makeUnaryRequest(path, identity, identity, bytes, metadata, (error, answer) => {
      resolve({ error, answer: answer ?? Buffer.alloc(0) });
    });
  });
}

/** Opens a call and sends nothing of its message; the answer gives it up. */
function stall(): () => void {
  const session = connect(`http://${listening}`);
  session.on("error", () => {});
  const stream = session.request({
    ":method": "POST",
    ":path": TRACES,
    "content-type": "application/grpc",
    te: "trailers",
  });
  stream.on("error", () => {});
  return () => session.destroy();
}

async function results(): Promise<Record<string, number>> {
  const { values } = await receiver.metrics.ingestRequests.get();
  return Object.fromEntries(values.map(({ labels, value }) => [labels["result"], value]));
}

function decode(type: string, bytes: Uint8Array): Record<string, unknown> {
  const message = root.lookupType(type);
  return message.toObject(message.decode(bytes), { longs: Number });
}

function request(spanIds: readonly Buffer[]): Buffer {
  const spans = spanIds.map((spanId) => ({
    traceId: Buffer.alloc(16, 1),
    spanId,
    name: "x".repeat(100),
    kind: 3,
    start: 1_000_000,
    end: 3_000_000,
  }));
  const type = root.lookupType("Request");
  return Buffer.from(
    type.encode(type.fromObject({ resourceSpans: [{ scopeSpans: [{ spans }] }] })).finish(),
  );
}

/** google.rpc.Status, with its one detail read as RetryInfo. */
function retryInfoIn(bytes: Uint8Array): Record<string, unknown> {
  const { code, details } = root
    .lookupType("Status")
    .toObject(root.lookupType("Status").decode(bytes));
  const [{ typeUrl, value }] = details;
  return { code, typeUrl, retryInfo: decode("RetryInfo", value) };
}

const GOOD = Buffer.alloc(8, 2);

describe("OTLP over gRPC", () => {
  it.each([false, true])("takes spans and says nothing; gzip: %s", async (gzip) => {
    await start({}, gzip);
    const { error, answer } = await call(TRACES, request([GOOD]));
    expect([error, answer.length, receiver.spans[0]?.durationMs]).toEqual([null, 0, 2]);
    expect((await call(METRICS, Buffer.alloc(0))).error).toBeNull();
  });

  it("keeps the good part of a partly bad batch and tells how much was bad", async () => {
    await start();
    const { answer } = await call(TRACES, request([GOOD, Buffer.alloc(3), Buffer.alloc(8, 3)]));
    expect(decode("Response", answer)).toMatchObject({ partialSuccess: { rejectedSpans: 1 } });
    expect(receiver.spans).toHaveLength(2);
  });

  it("refuses what is no message, and goes on", async () => {
    await start();
    const { error } = await call(TRACES, Buffer.from([0x0a, 0x7f, 0x01]));
    expect(error?.code).toBe(status.INVALID_ARGUMENT);
    expect((await call(TRACES, request([GOOD]))).error).toBeNull();
    expect(await receiver.metrics.registry.metrics()).toContain(
      'headway_ingest_requests_total{transport="grpc",signal="traces",result="undecodable"} 1',
    );
  });

  it.each([false, true])(
    "refuses a message over the limit, counted once decompressed; gzip: %s",
    async (gzip) => {
      await start({ limits: { bodyBytesMax: 10_000 } }, gzip);
      const large = request(Array.from({ length: 100 }, () => GOOD));
      expect(large.length).toBeGreaterThan(10_000);
      expect((await call(TRACES, large)).error?.code).toBe(status.RESOURCE_EXHAUSTED);
      expect((await call(TRACES, request([GOOD]))).error).toBeNull();
      expect(receiver.spans).toHaveLength(1);
      expect(await results()).toEqual({ incomplete: 1, ok: 1 });
      expect(receiver.budget.bytes).toBe(0);
    },
  );

  it("reserves room for the largest message before any of it is read, and refuses who finds none", async () => {
    await start({ limits: { bodyBytesMax: 10_000, ingestBytesMax: 25_000 } });
    const stuck = [stall(), stall()];
    await vi.waitFor(() => expect(receiver.budget.bytes).toBe(20_000));
    const { error } = await call(TRACES, request([GOOD]));
    expect(error?.code).toBe(status.UNAVAILABLE);
    expect(await results()).toEqual({ overloaded: 1 });
    for (const end of stuck) end();
    await vi.waitFor(() => expect(receiver.budget.bytes).toBe(0));
    expect((await call(TRACES, request([GOOD]))).error).toBeNull();
    expect(await results()).toEqual({ overloaded: 1, incomplete: 2, ok: 1 });
  });

  it("takes its room back from who has stopped half-way", async () => {
    await start({ limits: { bodyBytesMax: 10_000, ingestBytesMax: 10_000 }, grpcCallMsMax: 100 });
    const end = stall();
    await vi.waitFor(() => expect(receiver.budget.bytes).toBe(10_000));
    expect((await call(TRACES, request([GOOD]))).error).toBeNull();
    expect(receiver.budget.bytes).toBe(0);
    end();
  });

  it("lets a burst wait for room instead of refusing it", async () => {
    await start({ limits: { bodyBytesMax: 10_000, ingestBytesMax: 10_000 } });
    const end = stall();
    await vi.waitFor(() => expect(receiver.budget.bytes).toBe(10_000));
    const waiting = Array.from({ length: 20 }, async () => call(TRACES, request([GOOD])));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(receiver.spans).toEqual([]);
    end();
    for (const { error } of await Promise.all(waiting)) expect(error).toBeNull();
    expect(receiver.budget.bytes).toBe(0);
  });

  it("tells senders to come back, and when, while too many bytes are held", async () => {
    await start({ limits: { ingestBytesMax: 1_024 } });
    expect(receiver.budget.take(1_000)).toBe(true);
    const { error } = await call(TRACES, request([GOOD]));
    expect(error?.code).toBe(status.UNAVAILABLE);
    const [bytes] = error?.metadata.get("grpc-status-details-bin") ?? [];
    expect(retryInfoIn(Buffer.from(bytes ?? ""))).toEqual({
      code: status.UNAVAILABLE,
      typeUrl: "type.googleapis.com/google.rpc.RetryInfo",
      retryInfo: { retryDelay: { seconds: 2 } },
    });
    receiver.budget.giveBack(1_000);
    expect((await call(TRACES, request([GOOD]))).error).toBeNull();
    expect(receiver.budget.bytes).toBe(0);
  });

  it.each([
    [undefined, status.UNAUTHENTICATED],
    ["Bearer somebody-somebody", status.UNAUTHENTICATED],
    ["Bearer reads-only-reads-only", status.PERMISSION_DENIED],
    ["Bearer ingests-ingests-ingests", undefined],
  ])("with the token %j ends in %s", async (authorization, code) => {
    const tokens = (["read", "ingest"] as const).map((scope) => ({
      digest: digestOf(scope === "read" ? "reads-only-reads-only" : "ingests-ingests-ingests"),
      principal: { name: scope, tenant: "acme", scopes: new Set([scope]) },
    }));
    await start({ tokens });
    const { error } = await call(TRACES, request([GOOD]), authorization);
    expect(error?.code).toBe(code);
    expect([...receiver.tenants]).toEqual(code === undefined ? ["acme"] : []);
  });

  it("refuses who has no token on the headers alone, however large the message", async () => {
    await start({ tokens: [], limits: { bodyBytesMax: 1_024 } });
    const large = request(Array.from({ length: 100 }, () => GOOD));
    expect((await call(TRACES, large)).error?.code).toBe(status.UNAUTHENTICATED);
    expect(await results()).toEqual({ refused: 1 });
  });

  it("survives a sink that throws, and does not say what", async () => {
    const ingestSpans = (): void => {
      throw new Error("SECRET");
    };
    await start({ sink: { ingestSpans, ingestReports: () => {} } });
    const { error } = await call(TRACES, request([GOOD]));
    expect(error?.code).toBe(status.INTERNAL);
    expect(error?.message).not.toContain("SECRET");
    expect(receiver.budget.bytes).toBe(0);
  });

  it("has no service for logs", async () => {
    await start();
    const { error } = await call(
      "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
      Buffer.alloc(0),
    );
    expect(error?.code).toBe(status.UNIMPLEMENTED);
  });
});
