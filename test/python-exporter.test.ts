import { fileURLToPath } from "node:url";
import { createService } from "@headway/service";
import type { Address, Service } from "@headway/service";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { isAtHand } from "./fixtures/peer.ts";
import { findPython, runProcess } from "./python-exporter/python.ts";

const AGENTS_JS = fileURLToPath(new URL("./python-exporter/agents.ts", import.meta.url));
const AGENTS_PYTHON = fileURLToPath(new URL("./python-exporter/agents.py", import.meta.url));

const LOOPBACK = { host: "127.0.0.1", port: 0 };

/** Two agents, five turns each; turn n looks up once, after n mod 3 failures. */
const TOTALS = {
  "http:api.weather.example": { calls: 10, attempts: 10, retries: 0 },
  "model:openai/gpt-5": { calls: 10, attempts: 10, retries: 0 },
  "tool:idp_lookup": { calls: 10, attempts: 18, retries: 8 },
};

interface Dependency {
  readonly id: string;
  readonly state: string;
  readonly signals: {
    readonly totals: {
      readonly calls: number;
      readonly attempts: number;
      readonly retries: number;
    };
  };
}

type Table = Readonly<Record<string, Pick<Dependency, "state"> & Dependency["signals"]["totals"]>>;

let service: Service | undefined;

afterEach(async () => {
  await service?.close();
});

async function listen(): Promise<{ readonly http: string; readonly grpc: string }> {
  service = await createService({
    http: LOOPBACK,
    grpc: LOOPBACK,
    dataDir: null,
    tickMs: 200,
    settleMs: 300,
  });
  const { http, grpc } = await service.listen();
  const urlOf = ({ host, port }: Address): string => `http://${host}:${port}`;
  return { http: urlOf(http), grpc: grpc === null ? "" : urlOf(grpc) };
}

/** The dependency table, once nothing has been added to it for a second. */
async function tableAt(url: string): Promise<Table> {
  let last = "";
  let table: Table = {};
  for (let still = 0; still < 5;) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    const answer = await (await fetch(`${url}/v1/dependencies`)).text();
    const { items }: { items: Dependency[] } = JSON.parse(answer);
    table = Object.fromEntries(
      items.map(({ id, state, signals }) => [id, { state, ...signals.totals }]),
    );
    const now = JSON.stringify(table);
    still = now === last && items.length > 0 ? still + 1 : 0;
    last = now;
  }
  return table;
}

async function runJs(variables: Record<string, string>): Promise<void> {
  const { code, said } = await runProcess(
    process.execPath,
    ["--conditions=@headway/source", AGENTS_JS],
    {
      PATH: process.env["PATH"],
      OTEL_TRACES_EXPORTER: "otlp",
      OTEL_METRICS_EXPORTER: "none",
      OTEL_LOGS_EXPORTER: "none",
      ...variables,
    },
  );
  expect({ code, said }).toEqual({ code: 0, said: "" });
}

describe("the same agents give the same dependency table", () => {
  let expected: Table = {};

  beforeAll(async () => {
    const { http } = await listen();
    await runJs({ HEADWAY_SERVICE: http });
    expected = await tableAt(http);
    await service?.close();
  });

  it("through Headway's processor in their process", () => {
    expect(expected).toMatchObject(TOTALS);
    expect(Object.keys(expected).toSorted()).toEqual(Object.keys(TOTALS));
  });

  it.each(["http/protobuf", "http/json", "grpc"])(
    "through OpenTelemetry JS's own exporter over %s",
    async (protocol) => {
      const { http, grpc } = await listen();
      const endpoint = protocol === "grpc" ? grpc : http;
      await runJs({ OTEL_EXPORTER_OTLP_PROTOCOL: protocol, OTEL_EXPORTER_OTLP_ENDPOINT: endpoint });
      expect(await tableAt(http)).toEqual(expected);
    },
  );

  it.for(["http/protobuf", "grpc"])(
    "through an unmodified Python SDK over %s",
    { timeout: 300_000 },
    async (protocol, { skip }) => {
      const python = await findPython();
      const found = isAtHand("the Python SDK of OpenTelemetry", "path" in python);
      const path = found && "path" in python ? python.path : skip();
      const { http, grpc } = await listen();
      const { code, said } = await runProcess(path, [AGENTS_PYTHON], {
        PATH: process.env["PATH"],
        OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
        OTEL_EXPORTER_OTLP_ENDPOINT: protocol === "grpc" ? grpc : http,
        OTEL_EXPORTER_OTLP_COMPRESSION: "gzip",
      });
      expect({ code, said }).toEqual({ code: 0, said: "" });
      expect(await tableAt(http)).toEqual(expected);
    },
  );
});
