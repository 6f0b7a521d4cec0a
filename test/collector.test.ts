import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { ALLOWED_ATTRIBUTES, ALLOWED_RESOURCE_ATTRIBUTES } from "@headway/core/signals";
import { afterEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { freePort, startService, until } from "./fixtures/service-process.ts";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = join(root, "deploy/collector");
const CONFIGS = readdirSync(folder).filter((name) => name !== "builder.yaml");
const BINARY =
  process.env["OTELCOL"] ?? join(root, "node_modules/.cache/headway/otelcol/otelcol-headway");

const canRun = existsSync(BINARY);
// Not demanded anywhere: to build one takes Go and minutes.
if (!canRun)
  console.warn(
    "NOT RUN: the Collector configurations in a real Collector; `npm run collector` builds one where Go is, or OTELCOL names yours",
  );

interface Statements {
  readonly context: string;
  readonly statements: readonly string[];
}

function keptKeys(config: string, context: string): readonly string[] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The Collector checks the form.
  const { processors } = parse(readFileSync(join(folder, config), "utf8")) as {
    processors: Record<string, { trace_statements?: Statements[] }>;
  };
  const all = Object.values(processors).flatMap(({ trace_statements = [] }) => trace_statements);
  const [keeping] = all
    .filter((group) => group.context === context)
    .flatMap(({ statements }) => statements.filter((text) => text.startsWith("keep_keys")));
  return [...keeping!.matchAll(/"([^"]+)"/g)].map(([, key]) => key!);
}

describe("the Collector configurations", () => {
  it.each(["fan-out.yaml", "record.yaml"])("%s keeps the allow-list and nothing else", (config) => {
    expect(keptKeys(config, "span")).toEqual(ALLOWED_ATTRIBUTES);
    expect(keptKeys(config, "resource")).toEqual(ALLOWED_RESOURCE_ATTRIBUTES);
    expect(keptKeys(config, "scope")).toEqual([]);
    expect(keptKeys(config, "spanevent")).toEqual(["exception.type"]);
  });
});

const ending: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of ending.splice(0).toReversed()) await end();
});

interface Collector {
  readonly url: string;
  readonly process: ChildProcess;
}

async function startCollector(
  config: string,
  environment: Readonly<Record<string, string>>,
): Promise<Collector> {
  const [http, grpc] = [await freePort(), await freePort()];
  const words = ["--config", join(folder, config), "--feature-gates=ottl.set.allowNil"];
  const child = spawn(BINARY, words, {
    env: {
      ...process.env,
      OTLP_HTTP: `127.0.0.1:${http}`,
      OTLP_GRPC: `127.0.0.1:${grpc}`,
      ...environment,
    },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
  ending.push(async () => {
    if (child.exitCode !== null) return;
    const gone = once(child, "exit");
    child.kill();
    await gone;
  });
  await until(
    () => said,
    (text) => text.includes("Everything is ready"),
    30_000,
  );
  return { url: `http://127.0.0.1:${http}`, process: child };
}

/** What passes from the Collector to the service, on its way. */
async function startTap(target: string): Promise<{ url: string; bodies: Buffer[] }> {
  const bodies: Buffer[] = [];
  const server: Server = createServer((request, response) => {
    void (async () => {
      const body = await bodyOf(request);
      bodies.push(request.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body);
      const headers = {
        "content-type": request.headers["content-type"] ?? "",
        "content-encoding": request.headers["content-encoding"] ?? "identity",
      };
      const answer = await fetch(`${target}${request.url}`, {
        method: "POST",
        headers,
        body: new Uint8Array(body),
      });
      response.writeHead(answer.status, {
        "content-type": answer.headers.get("content-type") ?? "",
      });
      response.end(Buffer.from(await answer.arrayBuffer()));
    })();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  ending.push(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("no address");
  return { url: `http://127.0.0.1:${address.port}`, bodies };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

const text = (key: string, stringValue: string): object => ({ key, value: { stringValue } });

/** A failed tool call with a mark in every place that can hold content. */
function trace(tool: string, resource: readonly object[] = []): object {
  const nowNs = BigInt(Date.now()) * 1_000_000n;
  const mark = [text("gen_ai.input.messages", "MARK"), text("MARK", "MARK")];
  const span = {
    traceId: [...crypto.getRandomValues(new Uint8Array(16))]
      .map((byte) => byte.toString(16).padStart(2, "0"))
      .join(""),
    spanId: [...crypto.getRandomValues(new Uint8Array(8))]
      .map((byte) => byte.toString(16).padStart(2, "0"))
      .join(""),
    name: `execute_tool ${tool}`,
    kind: 3,
    startTimeUnixNano: String(nowNs - 50_000_000n),
    endTimeUnixNano: String(nowNs),
    attributes: [
      text("gen_ai.operation.name", "execute_tool"),
      text("gen_ai.tool.name", tool),
      text("gen_ai.agent.name", "kyc"),
      ...mark,
    ],
    events: [
      {
        name: "exception",
        timeUnixNano: String(nowNs),
        attributes: [text("exception.type", "TimeoutError"), text("exception.message", "MARK")],
      },
      { name: "MARK", timeUnixNano: String(nowNs), attributes: mark },
    ],
    links: [{ traceId: "a".repeat(32), spanId: "b".repeat(16), attributes: mark }],
    status: { code: 2, message: "MARK" },
  };
  const scope = { name: "agents", attributes: mark };
  return {
    resourceSpans: [
      {
        resource: { attributes: [text("service.instance.id", "python-1"), ...resource, ...mark] },
        scopeSpans: [{ scope, spans: [span] }],
      },
    ],
  };
}

async function send({ url }: Collector, body: object): Promise<void> {
  const headers = { "content-type": "application/json" };
  const answer = await fetch(`${url}/v1/traces`, {
    method: "POST",
    headers,
    body: JSON.stringify(body),
  });
  expect(answer.status).toBe(200);
}

describe.skipIf(!canRun)("a real Collector", () => {
  it.each(CONFIGS)("finds nothing wrong with %s", (config) => {
    execFileSync(BINARY, ["validate", "--config", join(folder, config)], { stdio: "pipe" });
  });

  it("feeds the service each span once, without content, before the backend's sampling", async () => {
    const service = await startService();
    ending.push(() => service.stop("SIGKILL"));
    const tap = await startTap(service.url);
    const collector = await startCollector("fan-out.yaml", { HEADWAY_OTLP: tap.url });
    for (let call = 0; call < 5; call += 1) await send(collector, trace("idp_lookup"));
    await send(collector, trace("told_by_itself", [text("headway.reports", "true")]));
    const known = await until(
      async () =>
        (await (await fetch(`${service.url}/v1/dependencies`)).json()) as {
          items: { id: string; signals: { totals: { attempts: number } } }[];
        },
      ({ items }) => items[0]?.signals.totals.attempts === 5,
    );
    expect(known.items.map(({ id }) => id)).toEqual(["tool:idp_lookup"]);
    const sent = Buffer.concat(tap.bodies).toString("latin1");
    expect(sent).toContain("TimeoutError");
    expect(sent).not.toContain("MARK");
  });

  it("records to a file that the service takes line by line, without content", async () => {
    const directory = mkdtempSync(join(tmpdir(), "headway-record-"));
    ending.push(() => rmSync(directory, { recursive: true, force: true }));
    const collector = await startCollector("record.yaml", { HEADWAY_RECORD_DIR: directory });
    for (let call = 0; call < 5; call += 1) await send(collector, trace("idp_lookup"));
    const file = join(directory, "traces.jsonl");
    const lines = await until(
      () => (existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : []),
      (written) => written.join("").split('"execute_tool idp_lookup"').length === 6,
    );
    expect(lines.join("")).not.toContain("MARK");
    const service = await startService();
    ending.push(() => service.stop("SIGKILL"));
    for (const line of lines) {
      const answer = await fetch(`${service.url}/v1/traces`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: line,
      });
      expect(await answer.json()).toEqual({});
    }
  });
});
