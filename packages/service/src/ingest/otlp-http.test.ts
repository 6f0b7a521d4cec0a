import { request } from "node:http";
import { gzipSync } from "node:zlib";
import { encodeReport } from "@headway/core/signals";
import { afterEach, describe, expect, it } from "vitest";
import { digestOf } from "../auth/authenticator.ts";
import { createReceiver } from "./fixtures/receiver.ts";
import type { Receiver } from "./fixtures/receiver.ts";

const JSON_TYPE = { "content-type": "application/json" };
const PROTOBUF_TYPE = { "content-type": "application/x-protobuf" };

let receiver: Receiver;

afterEach(async () => {
  await receiver.app.close();
});

function spanJson(fields: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    traceId: "0af7651916cd43dd8448eb211c80319c",
    spanId: "b7ad6b7169203331",
    name: "chat",
    kind: 3,
    startTimeUnixNano: "1000000000",
    endTimeUnixNano: "2000000000",
    attributes: [],
    ...fields,
  };
}

function tracesJson(spans: readonly unknown[]): string {
  return JSON.stringify({
    resourceSpans: [
      { resource: { attributes: [] }, scopeSpans: [{ scope: { name: "s" }, spans }] },
    ],
  });
}

describe("POST /v1/traces", () => {
  it("answers in the request's content type: an empty object, an empty message", async () => {
    receiver = await createReceiver();
    const json = await receiver.app.inject({
      method: "POST",
      url: "/v1/traces",
      headers: JSON_TYPE,
      payload: tracesJson([spanJson()]),
    });
    expect([json.statusCode, json.headers["content-type"], json.body]).toEqual([
      200,
      "application/json",
      "{}",
    ]);
    const protobuf = await receiver.app.inject({
      method: "POST",
      url: "/v1/traces",
      headers: PROTOBUF_TYPE,
      payload: "",
    });
    expect([protobuf.statusCode, protobuf.headers["content-type"], protobuf.body]).toEqual([
      200,
      "application/x-protobuf",
      "",
    ]);
    expect(receiver.spans.map(({ durationMs }) => durationMs)).toEqual([1_000]);
  });

  it("keeps the good part of a partly bad batch and tells how much was bad", async () => {
    receiver = await createReceiver();
    const payload = tracesJson([
      spanJson(),
      spanJson({ spanId: "xyz" }),
      spanJson({ spanId: "b7ad6b7169203332" }),
    ]);
    const response = await receiver.app.inject({
      method: "POST",
      url: "/v1/traces",
      headers: JSON_TYPE,
      payload,
    });
    expect(response.statusCode).toBe(200);
    expect(response.json().partialSuccess).toEqual({
      rejectedSpans: "1",
      errorMessage: expect.stringMatching(/./),
    });
    expect(receiver.spans.map(({ spanId }) => spanId)).toEqual([
      "b7ad6b7169203331",
      "b7ad6b7169203332",
    ]);
    const text = await receiver.metrics.registry.metrics();
    expect(text).toContain('headway_ingest_rejected_total{transport="http",signal="traces"} 1');
    expect(text).toContain('headway_ingest_spans_total{transport="http"} 2');
  });

  const refusals: [string, Record<string, string>, string | Buffer, number, string][] = [
    ["text", { "content-type": "text/plain" }, "hello", 415, "ERR_CONTENT_TYPE"],
    ["no type", {}, "hello", 415, "ERR_CONTENT_TYPE"],
    ["no type and no body", {}, "", 415, "ERR_CONTENT_TYPE"],
    [
      "a type that only begins well",
      { "content-type": "application/jsonp" },
      "{}",
      415,
      "ERR_CONTENT_TYPE",
    ],
    [
      "an unknown coding",
      { ...JSON_TYPE, "content-encoding": "br" },
      "{}",
      415,
      "ERR_CONTENT_ENCODING",
    ],
    ["broken JSON", JSON_TYPE, '{"resourceSpans": [', 400, "ERR_BODY_UNDECODABLE"],
    [
      "broken protobuf",
      PROTOBUF_TYPE,
      Buffer.from([0x0a, 0x7f, 0x01]),
      400,
      "ERR_BODY_UNDECODABLE",
    ],
    [
      "plain bytes that claim gzip",
      { ...JSON_TYPE, "content-encoding": "gzip" },
      "{}",
      400,
      "ERR_BODY_UNDECODABLE",
    ],
    ["too much", JSON_TYPE, Buffer.alloc(2_000, " "), 413, "ERR_BODY_TOO_LARGE"],
    [
      "a bomb",
      { ...JSON_TYPE, "content-encoding": "gzip" },
      gzipSync(Buffer.alloc(100_000, " ")),
      413,
      "ERR_BODY_TOO_LARGE",
    ],
  ];

  it.each(refusals)("refuses %s with a problem", async (_what, headers, payload, status, code) => {
    receiver = await createReceiver({
      limits: { bodyBytesMax: 1_024, bodyInflatedBytesMax: 10_000 },
    });
    const response = await receiver.app.inject({
      method: "POST",
      url: "/v1/traces",
      headers,
      payload,
    });
    expect(response.statusCode).toBe(status);
    expect(response.headers["content-type"]).toContain("application/problem+json");
    expect(response.json()).toMatchObject({ type: "about:blank", status, code });
    expect(receiver.budget.bytes).toBe(0);
    expect(receiver.spans).toHaveLength(0);
  });

  it("answers a sender that is still sending, before it lets go of the connection", async () => {
    receiver = await createReceiver({ limits: { bodyBytesMax: 1_024 } });
    const url = await receiver.app.listen({ host: "127.0.0.1", port: 0 });
    const answered = new Promise<number | undefined>((resolve, reject) => {
      const sent = request(
        `${url}/v1/traces`,
        { method: "POST", headers: JSON_TYPE },
        (response) => {
          resolve(response.statusCode);
          sent.destroy();
        },
      );
      sent.on("error", reject);
      sent.write(Buffer.alloc(2_000, " "));
    });
    expect(await answered).toBe(413);
  });

  it.each(["/v1/traces", "/v1/metrics"])(
    "tells %s's senders both types that it takes",
    async (url) => {
      receiver = await createReceiver();
      const headers = { "content-type": "text/plain" };
      const response = await receiver.app.inject({ method: "POST", url, headers, payload: "x" });
      expect([response.statusCode, response.json().code]).toEqual([415, "ERR_CONTENT_TYPE"]);
      expect(response.json().detail).toContain("application/x-protobuf or application/json");
    },
  );

  it.each(["/v1/traces", "/v1/metrics"])("refuses %s of null", async (url) => {
    receiver = await createReceiver();
    const sent = { method: "POST", url, headers: JSON_TYPE, payload: "null" } as const;
    expect((await receiver.app.inject(sent)).statusCode).toBe(400);
  });

  it("takes a charset and any case with the content type", async () => {
    receiver = await createReceiver();
    const headers = { "content-type": "Application/JSON; charset=utf-8" };
    const response = await receiver.app.inject({
      method: "POST",
      url: "/v1/traces",
      headers,
      payload: tracesJson([spanJson()]),
    });
    expect(response.statusCode).toBe(200);
  });

  it("tells senders to come back, and when, while too many bytes are held", async () => {
    receiver = await createReceiver({ limits: { ingestBytesMax: 2_000 } });
    expect(receiver.budget.take(1_900)).toBe(true);
    const post = () =>
      receiver.app.inject({
        method: "POST",
        url: "/v1/traces",
        headers: JSON_TYPE,
        payload: tracesJson([spanJson()]),
      });
    const refused = await post();
    expect([refused.statusCode, refused.headers["retry-after"], refused.json().code]).toEqual([
      503,
      "2",
      "ERR_OVERLOADED",
    ]);
    receiver.budget.giveBack(1_900);
    expect((await post()).statusCode).toBe(200);
  });

  it("survives a sink that throws, and says neither what it threw nor what was sent", async () => {
    const lines: string[] = [];
    const warn = (message: string, fields?: object): void =>
      void lines.push(JSON.stringify({ message, ...fields }));
    const sink = {
      ingestSpans: () => {
        throw new Error("SECRET");
      },
      ingestReports: () => {},
    };
    receiver = await createReceiver({ sink, log: { info: warn, warn } });
    const payload = tracesJson([spanJson({ name: "SECRET" })]);
    const response = await receiver.app.inject({
      method: "POST",
      url: "/v1/traces?q=SECRET",
      headers: JSON_TYPE,
      payload,
    });
    expect([response.statusCode, response.json().code]).toEqual([500, "ERR_INTERNAL"]);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('"route":"/v1/traces"');
    expect(response.body + lines.join("")).not.toContain("SECRET");
    expect(receiver.budget.bytes).toBe(0);
  });

  it("refuses who has no token before the body is read", async () => {
    const principal = { name: "r", tenant: "acme", scopes: new Set(["read"] as const) };
    receiver = await createReceiver({
      tokens: [{ digest: digestOf("reads-only-reads-only"), principal }],
    });
    const post = async (authorization: string) =>
      (
        await receiver.app.inject({
          method: "POST",
          url: "/v1/traces",
          headers: { ...JSON_TYPE, authorization },
          payload: "{",
        })
      ).statusCode;
    expect(await post("Bearer nobody")).toBe(401);
    expect(await post("Bearer reads-only-reads-only")).toBe(403);
  });
});

describe("POST /v1/metrics", () => {
  it("takes reports, gzipped or not", async () => {
    receiver = await createReceiver();
    const report = {
      instance: "i-1",
      windowMs: 1_000,
      points: [
        {
          signal: "headway.edge.calls" as const,
          attributes: { from: "a", to: "tool:b" },
          value: 3,
        },
      ],
    };
    const payload = Buffer.from(encodeReport(report, 1_000_000));
    for (const [bytes, headers] of [
      [payload, PROTOBUF_TYPE],
      [gzipSync(payload), { ...PROTOBUF_TYPE, "content-encoding": "gzip" }],
    ] as const) {
      const response = await receiver.app.inject({
        method: "POST",
        url: "/v1/metrics",
        headers,
        payload: bytes,
      });
      expect([response.statusCode, response.body]).toEqual([200, ""]);
    }
    expect(receiver.reports).toEqual([report, report]);
  });

  it("lets ordinary metrics pass by without a word, since any sender may have them", async () => {
    receiver = await createReceiver();
    const metric = { name: "http.server.duration", sum: { dataPoints: [{ asInt: "1" }] } };
    const payload = JSON.stringify({
      resourceMetrics: [{ scopeMetrics: [{ metrics: [metric] }] }],
    });
    const response = await receiver.app.inject({
      method: "POST",
      url: "/v1/metrics",
      headers: JSON_TYPE,
      payload,
    });
    expect([response.statusCode, response.body]).toEqual([200, "{}"]);
    expect(await receiver.metrics.registry.metrics()).toContain(
      'headway_ingest_ignored_total{transport="http"} 1',
    );
  });
});

describe("everything else", () => {
  it.each([
    ["POST", "/v1/logs", 404, "ERR_NOT_FOUND", undefined],
    ["GET", "/v1/traces", 405, "ERR_METHOD", "POST"],
    ["DELETE", "/v1/metrics?x=1", 405, "ERR_METHOD", "POST"],
    ["POST", "/healthz", 405, "ERR_METHOD", "GET"],
    ["GET", "/%zz", 400, "ERR_REQUEST_INVALID", undefined],
  ] as const)("%s %s is %i with a problem", async (method, url, status, code, allow) => {
    receiver = await createReceiver();
    const response = await receiver.app.inject({ method, url });
    expect([response.statusCode, response.json().code, response.headers["allow"]]).toEqual([
      status,
      code,
      allow,
    ]);
    expect(response.headers["content-type"]).toContain("application/problem+json");
  });
});
