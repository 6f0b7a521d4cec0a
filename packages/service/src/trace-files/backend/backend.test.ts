import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import {
  jaegerAnswer,
  jaegerTrace,
  otlpMessage,
  otlpRequest,
  SPANS,
} from "../fixtures/one-trace.ts";
import { readSpans } from "../read-spans.ts";
import type { ReadSpansOptions, ReadSummary } from "../span-source.ts";
import { HttpReader } from "./http-reader.ts";

interface Answer {
  readonly status?: number;
  readonly body: string | Buffer;
  readonly gzip?: boolean;
}

let server: Server | undefined;
const asked: string[] = [];
const headersSeen: IncomingMessage["headers"][] = [];

/** A backend over real HTTP that answers as its routes say, and with 404 to all else. */
async function serve(
  answer: (path: string, accept: string) => Answer | undefined,
): Promise<string> {
  asked.length = 0;
  headersSeen.length = 0;
  server = createServer((request, response) => {
    asked.push(request.url ?? "");
    headersSeen.push(request.headers);
    const found = answer(request.url ?? "", request.headers.accept ?? "");
    response.statusCode = found?.status ?? (found === undefined ? 404 : 200);
    if (found?.gzip === true) response.setHeader("content-encoding", "gzip");
    response.end(found?.gzip === true ? gzipSync(found.body) : (found?.body ?? "not found"));
  });
  await new Promise<void>((resolve) => server!.listen(0, "127.0.0.1", resolve));
  const address = server.address() as AddressInfo;
  return `http://127.0.0.1:${address.port}`;
}

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function summaryOf(url: string, options?: ReadSpansOptions): Promise<ReadSummary> {
  const reading = readSpans([url], options);
  let spans = 0;
  for await (const batch of reading) spans += batch.spans.length;
  const summary = reading.summary();
  expect(spans).toBe(summary.spans);
  return summary;
}

const json = (value: unknown): Answer => ({ body: JSON.stringify(value) });

describe("Jaeger's address", () => {
  const jaeger = (path: string): Answer | undefined =>
    path === "/ui/api/services"
      ? json({ data: ["kyc", "idp"] })
      : path.startsWith("/ui/api/traces?")
        ? { ...json(jaegerAnswer()), gzip: true }
        : undefined;

  it("is asked for the traces of each service; one that comes with two of them counts once", async () => {
    const url = await serve(jaeger);
    const summary = await summaryOf(`${url}/ui/`, {
      fromMs: SPANS[0].startMs - 0.5,
      toMs: SPANS[0].startMs + 1e6,
    });
    expect(summary).toMatchObject({
      spans: 3,
      rejected: 0,
      sources: [{ formats: ["jaeger"], notes: [] }],
    });
    const times = `start=${SPANS[0].startMs * 1000 - 500}&end=${(SPANS[0].startMs + 1e6) * 1000}&limit=1500`;
    expect(asked).toEqual([
      "/ui/api/services",
      `/ui/api/traces?service=idp&${times}`,
      `/ui/api/traces?service=kyc&${times}`,
    ]);
  });

  it("is asked for one service only, where one is named, and says when there may be more", async () => {
    const url = await serve(jaeger);
    const backend = { service: "kyc", lookbackMs: 60_000, tracesMax: 1 };
    const summary = await summaryOf(`${url}/ui`, { backend });
    expect(asked).toHaveLength(2);
    expect(new URLSearchParams(asked[1]).get("limit")).toBe("1");
    const [start, end] = ["start", "end"].map((key) =>
      Number(new URL(asked[1]!, url).searchParams.get(key)),
    );
    expect(end! - start!).toBeCloseTo(60_000_000, -1);
    expect(summary.sources[0]!.notes).toEqual([expect.stringMatching(/^kyc: 1 traces came/)]);
  });

  it("is read as it is where the URL says what is asked for", async () => {
    const url = await serve((path) =>
      path === "/api/traces?service=a" ? json(jaegerAnswer()) : undefined,
    );
    expect(await summaryOf(`${url}/api/traces?service=a`)).toMatchObject({ spans: 3 });
    expect(asked).toEqual(["/api/traces?service=a"]);
  });

  it("goes on where a service's traces do not come", async () => {
    const url = await serve((path) =>
      path === "/api/services"
        ? json({ data: ["a", "b"] })
        : path.includes("service=a&")
          ? { status: 500, body: "SECRET" }
          : json({ data: [jaegerTrace()] }),
    );
    const summary = await summaryOf(url);
    expect(summary).toMatchObject({ spans: 0 + 3 });
    expect(summary.sources[0]!.rejected).toMatchObject([
      { reason: "unreadable", count: 1, message: "a: the server answered 500" },
    ]);
  });
});

describe("Tempo's address", () => {
  const ids = Array.from({ length: 20 }, (_, i) => `${i + 1}a`);
  const tempo = (path: string, accept: string): Answer | undefined => {
    if (path.startsWith("/api/search?"))
      return json({ traces: ids.map((traceID) => ({ traceID })), metrics: {} });
    const id = /^\/api\/traces\/(\w+)$/.exec(path)?.[1];
    if (id === "3a" || id === undefined) return undefined;
    return accept === "application/protobuf" ? { body: otlpMessage() } : json(otlpRequest());
  };

  it("is searched, and each trace is fetched as protobuf; one that is gone is counted", async () => {
    const url = await serve(tempo);
    const summary = await summaryOf(url, {
      backend: { query: "{ status = error }", tracesMax: 20 },
    });
    expect(summary).toMatchObject({ spans: 19 * 3, rejected: 1 });
    expect(summary.sources[0]).toMatchObject({
      formats: ["otlp-protobuf"],
      rejected: [{ reason: "unreadable", message: "trace 3a: the server answered 404" }],
    });
    expect(new URL(asked[1]!, url).searchParams.get("q")).toBe("{ status = error }");
  });

  it("takes a search as it is, and a service's name in quotes", async () => {
    const url = await serve(tempo);
    expect((await summaryOf(`${url}/api/search?tags=x`)).spans).toBe(19 * 3);
    expect(asked[0]).toBe("/api/search?tags=x");
    asked.length = 0;
    await summaryOf(url, { backend: { service: 'a"b' } });
    expect(new URL(asked[1]!, url).searchParams.get("q")).toBe(
      '{ resource.service.name = "a\\"b" }',
    );
  });
});

describe("a URL", () => {
  it("of a file is read as a file", async () => {
    const url = await serve(() => ({ body: gzipSync(JSON.stringify(otlpRequest())) }));
    expect(await summaryOf(`${url}/traces.json.gz`)).toMatchObject({ spans: 3 });
  });

  it("that nobody answers, or that answers with a page, is counted and not thrown", async () => {
    const url = await serve(() => ({ body: "<html>" }));
    const page = await summaryOf(url);
    expect(page.sources[0]!.rejected).toMatchObject([{ reason: "unreadable", count: 1 }]);
    server!.closeAllConnections();
    await new Promise((resolve) => server!.close(resolve));
    const gone = await summaryOf(`${url}/api/traces?service=x`);
    expect(gone.sources[0]!.rejected).toMatchObject([
      { reason: "unreadable", message: expect.stringMatching(/^the connection failed: [A-Z_]+$/) },
    ]);
  });

  it("hands over headers and its password, and shows the password nowhere", async () => {
    const url = await serve(() => json(otlpRequest()));
    const withPassword = url.replace("//", "//me:pa%20ss@");
    const summary = await summaryOf(`${withPassword}/api/traces/1`, {
      headers: { "x-scope-orgid": "t1" },
    });
    expect(headersSeen[0]).toMatchObject({
      authorization: `Basic ${Buffer.from("me:pa ss").toString("base64")}`,
      "x-scope-orgid": "t1",
    });
    expect(JSON.stringify(summary)).not.toContain("pa%20ss");
    expect(summary.sources[0]!.name).toBe(`${url}/api/traces/1`);
  });
});

describe("an answer", () => {
  const reader = (limits: { silenceMsMax?: number; bytesMax?: number }): HttpReader =>
    new HttpReader({ fetch: globalThis.fetch, headers: {}, signal: undefined, ...limits });

  it("that does not come is given up", async () => {
    server = createServer((_, response) => {
      response.write("a");
    });
    await new Promise<void>((resolve) => server!.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const url = new URL(`http://127.0.0.1:${port}/`);
    await expect(reader({ silenceMsMax: 50 }).bytes(url)).rejects.toThrow("no answer for 0.05 s");
  });

  it("that is too large is given up", async () => {
    const url = new URL(await serve(() => ({ body: "x".repeat(100_000), gzip: true })));
    await expect(reader({ bytesMax: 1000 }).bytes(url)).rejects.toThrow("larger than 1000 bytes");
    await expect(reader({ bytesMax: 100_000 }).bytes(url)).resolves.toHaveLength(100_000);
  });
});
