import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { digestOf } from "../auth/authenticator.ts";
import { formatAddress } from "../config/address.ts";
import { createReceiver } from "./fixtures/receiver.ts";
import type { Receiver, ReceiverOptions } from "./fixtures/receiver.ts";

const AGENT = fileURLToPath(new URL("./fixtures/otel-agent.ts", import.meta.url));
const SPANS = 200;

let receiver: Receiver;

interface Endpoints {
  readonly http: string;
  readonly grpc: string;
}

async function listen(options: ReceiverOptions = {}): Promise<Endpoints> {
  receiver = await createReceiver(options);
  const http = await receiver.app.listen({ host: "127.0.0.1", port: 0 });
  const grpc = await receiver.grpc.listen({ host: "127.0.0.1", port: 0 });
  return { http, grpc: `http://${formatAddress(grpc)}` };
}

afterEach(async () => {
  await Promise.all([receiver.app.close(), receiver.grpc.close(100)]);
});

/** Runs the agent to its end; the answer is all it said. */
async function runAgent(variables: Record<string, string>): Promise<string> {
  const environment = {
    PATH: process.env["PATH"],
    SPANS: String(SPANS),
    OTEL_TRACES_EXPORTER: "otlp",
    OTEL_METRICS_EXPORTER: "none",
    OTEL_LOGS_EXPORTER: "none",
    OTEL_LOG_LEVEL: "warn",
    ...variables,
  };
  const child = spawn(process.execPath, [AGENT], {
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => said.push(chunk.toString()));
  await new Promise((resolve) => {
    child.once("close", resolve);
  });
  return said.join("");
}

describe("unmodified exporters of OpenTelemetry JS", () => {
  it.each([
    ["grpc", "none"],
    ["grpc", "gzip"],
    ["http/protobuf", "none"],
    ["http/protobuf", "gzip"],
    ["http/json", "none"],
    ["http/json", "gzip"],
  ] as const)(
    "over %s, compression %s, deliver every span and no content",
    async (protocol, compression) => {
      const { http, grpc } = await listen();
      const said = await runAgent({
        OTEL_EXPORTER_OTLP_ENDPOINT: protocol === "grpc" ? grpc : http,
        OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
        OTEL_EXPORTER_OTLP_COMPRESSION: compression,
      });
      expect(said).toBe("");
      expect(receiver.spans).toHaveLength(SPANS + 1);
      const calls = receiver.spans.filter(
        ({ attributes }) => attributes["gen_ai.request.model"] === "gpt-5",
      );
      expect(calls).toHaveLength(SPANS);
      expect(calls.filter(({ failed }) => failed)).toHaveLength(SPANS / 2);
      const [root] = receiver.spans.filter(({ parentSpanId }) => parentSpanId === undefined);
      expect(calls.every(({ parentSpanId }) => parentSpanId === root?.spanId)).toBe(true);
      expect(JSON.stringify(receiver.spans)).not.toContain("SECRET");
    },
  );

  it.each(["grpc", "http/protobuf"] as const)(
    "over %s, get in with a token, into its tenant",
    async (protocol) => {
      const principal = { name: "a", tenant: "acme", scopes: new Set(["ingest"] as const) };
      const { http, grpc } = await listen({
        tokens: [{ digest: digestOf("a-token-for-agents"), principal }],
      });
      const variables = {
        OTEL_EXPORTER_OTLP_ENDPOINT: protocol === "grpc" ? grpc : http,
        OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
      };
      const refused = await runAgent(variables);
      expect(refused).toMatch(protocol === "grpc" ? /UNAUTHENTICATED/ : /401|Unauthorized/);
      expect(receiver.spans).toHaveLength(0);
      await runAgent({
        ...variables,
        OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20a-token-for-agents",
      });
      expect(receiver.spans).toHaveLength(SPANS + 1);
      expect([...receiver.tenants]).toEqual(["acme"]);
    },
  );
});
