import { describe, expect, it } from "vitest";
import { decodeText, plain } from "../fixtures/decode.ts";

const T = "00000000000000000000000000000001";

interface Told {
  readonly [key: string]: unknown;
}

const jaegerSpan = (span: Told): Told => ({
  traceID: "1",
  spanID: "a",
  startTime: 1_795_331_730_123_456,
  duration: 1500,
  ...span,
});

function jaeger(...spans: readonly Told[]): Told[] {
  const { spans: read } = decodeText(JSON.stringify({ data: [{ spans: spans.map(jaegerSpan) }] }));
  return read.map((span) => ({ ...plain(span) }));
}

const tag = (key: string, value: unknown): Told => ({ key, type: "string", value });
const child = (traceID: string, spanID: string, refType = "CHILD_OF"): Told => ({
  refType,
  traceID,
  spanID,
});

describe("a span of Jaeger's", () => {
  it("has its ids in full, and its times in milliseconds", () => {
    expect(jaeger({})).toMatchObject([
      { traceId: T, spanId: "000000000000000a", startMs: 1_795_331_730_123.456, durationMs: 1.5 },
    ]);
  });

  it.each([
    ["its CHILD_OF", [child("1", "b")], "000000000000000b"],
    ["the first of several", [child("1", "b"), child("1", "c")], "000000000000000b"],
    ["none from another trace", [child("2", "b"), child("1", "c")], "000000000000000c"],
    ["none that it only follows from", [child("1", "b", "FOLLOWS_FROM")], undefined],
    ["none", [], undefined],
  ])("has as its parent %s", (_, references, parentSpanId) => {
    expect(jaeger({ references })[0]).toHaveProperty("parentSpanId", parentSpanId);
  });

  it.each([
    [[tag("error", true)], true],
    [[tag("error", "true")], true],
    [[tag("error", false)], false],
    [[tag("error", "false")], false],
    [[tag("otel.status_code", "ERROR")], true],
    [[tag("otel.status_code", "OK")], false],
    [[], false],
  ])("has failed where its tags %j say so: %s", (tags, failed) => {
    expect(jaeger({ tags })[0]).toMatchObject({ failed });
  });

  it.each([
    ["server", 1],
    ["client", 2],
    ["producer", 3],
    ["consumer", 4],
    ["internal", 0],
    ["other", 0],
  ])("of kind %s", (kind, expected) => {
    expect(jaeger({ tags: [tag("span.kind", kind)] })[0]).toMatchObject({ kind: expected });
  });

  it("has OpenTracing's tags under today's names, which go first", () => {
    const tags = [
      tag("peer.hostname", "old"),
      tag("db.type", "sql"),
      tag("db.system", "mysql"),
      tag("http.status_code", 503),
      tag("sql.query", "SECRET"),
    ];
    expect(jaeger({ tags })[0]).toMatchObject({
      attributes: { "net.peer.name": "old", "db.system": "mysql", "http.status_code": 503 },
    });
    expect(JSON.stringify(jaeger({ tags }))).not.toContain("SECRET");
  });

  it("has the type of the first exception, and knows of one that has none", () => {
    const log = (...fields: Told[]): Told => ({ timestamp: 1, fields });
    const typed = log(tag("event", "error"), tag("error.kind", "TimeoutError"));
    expect(jaeger({ logs: [log(tag("event", "x")), typed] })[0]).toMatchObject({
      exceptionType: "TimeoutError",
    });
    expect(jaeger({ logs: [log(tag("event", "exception")), typed] })[0]).toMatchObject({
      exceptionType: "_OTHER",
    });
  });

  it("brings its own process where it stands alone", () => {
    const process = { serviceName: "idp", tags: [tag("service.instance.id", "idp-1")] };
    expect(jaeger({ process })[0]).toMatchObject({
      resource: { "service.name": "idp", "service.instance.id": "idp-1" },
    });
  });

  it("is none without a start or a duration", () => {
    expect(
      jaeger({ startTime: 0 }, { duration: undefined }, { duration: -1 }, { startTime: "x" }),
    ).toEqual([]);
  });
});

const zipkinSpan = (span: Told): Told => ({
  traceId: "1",
  id: "a",
  timestamp: 1_795_331_730_123_456,
  duration: 1500,
  ...span,
});

function zipkin(...spans: readonly Told[]): Told[] {
  const { spans: read } = decodeText(JSON.stringify(spans.map(zipkinSpan)));
  return read.map((span) => ({ ...plain(span) }));
}

describe("a span of Zipkin's", () => {
  it("calls the remote end its peer, unless a tag says otherwise", () => {
    const remoteEndpoint = { serviceName: "idp", port: 80 };
    expect(zipkin({ remoteEndpoint })[0]).toMatchObject({ attributes: { "peer.service": "idp" } });
    expect(zipkin({ remoteEndpoint, tags: { "peer.service": "x" } })[0]).toMatchObject({
      attributes: { "peer.service": "x" },
    });
  });

  it("has failed where there is an error, whatever it says", () => {
    expect(
      zipkin(
        { tags: { error: "" } },
        { tags: { error: "SECRET" } },
        { tags: { error: "false" } },
        {},
      ),
    ).toMatchObject([{ failed: true }, { failed: true }, { failed: false }, { failed: false }]);
  });

  it("is parted where client and server share it, and the server's children go with the server", () => {
    const kyc = { localEndpoint: { serviceName: "kyc" } };
    const idp = { localEndpoint: { serviceName: "idp" } };
    const spans = zipkin(
      { id: "c", parentId: "a", ...idp, name: "query" },
      { id: "a", kind: "SERVER", shared: true, ...idp, name: "server" },
      { id: "a", kind: "CLIENT", parentId: "f", ...kyc, name: "client" },
      { id: "d", parentId: "a", ...kyc, name: "elsewhere" },
    );
    const server = "800000000000000a";
    expect(spans).toMatchObject([
      { name: "query", parentSpanId: server },
      { name: "server", spanId: server, parentSpanId: "000000000000000a" },
      { name: "client", spanId: "000000000000000a", parentSpanId: "000000000000000f" },
      { name: "elsewhere", parentSpanId: "000000000000000a" },
    ]);
  });

  it("stays as it is where only the server's half is there", () => {
    const [server] = zipkin({ kind: "SERVER", shared: true, parentId: "f" });
    expect(server).toMatchObject({ spanId: "000000000000000a", parentSpanId: "000000000000000f" });
  });

  it("is none without a timestamp or a duration", () => {
    expect(zipkin({ timestamp: undefined }, { duration: undefined })).toEqual([]);
  });
});
