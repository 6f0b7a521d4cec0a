import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HeadwayError } from "@headway/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CONFIG_DEFAULT } from "./config.ts";
import { loadConfig } from "./load-config.ts";
import type { ConfigSources } from "./load-config.ts";
import { SETTINGS, flagOf, variableOf } from "./settings.ts";

let directory = "";

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "headway-config-"));
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

function load(
  sources: Partial<ConfigSources> & { readonly file?: string } = {},
): ReturnType<typeof loadConfig> {
  const { file, flags = {}, environment = {} } = sources;
  if (file !== undefined) writeFileSync(join(directory, "headway.yaml"), file);
  return loadConfig({ flags, environment, directory });
}

function refusalOf(sources: Parameters<typeof load>[0]): HeadwayError {
  try {
    load(sources);
  } catch (error) {
    if (error instanceof HeadwayError) return error;
    throw error;
  }
  throw new Error("It was taken.");
}

describe("loadConfig", () => {
  it("listens on loopback and keeps state in .headway here, if told nothing", () => {
    expect(load()).toEqual({
      ...CONFIG_DEFAULT,
      dataDir: join(directory, ".headway"),
      // Not there yet, and watched: who writes it later means it.
      policyFile: join(directory, "headway.yaml"),
      policyFileMayBeAbsent: true,
    });
    expect(
      load({ environment: { PATH: "/bin", HEADWAY_URL: "http://elsewhere", HEADWAY_TOKEN: "t" } })
        .http.port,
    ).toBe(4390);
  });

  it("lets variables win over the file, and flags over variables", () => {
    const file = "tickMs: 200\nsettleMs: 200\nhttp: 127.0.0.1:1\nlimits: { sseClientsMax: 20 }\n";
    const environment = {
      HEADWAY_TICK_MS: "300",
      HEADWAY_SETTLE_MS: "300",
      HEADWAY_LIMITS_SSE_CLIENTS_MAX: "30",
    };
    const config = load({ file, environment, flags: { "tick-ms": "400" } });
    expect([config.tickMs, config.settleMs, config.http.port, config.limits.sseClientsMax]).toEqual(
      [400, 300, 1, 30],
    );
    expect(config.limits.auditRowsMax).toBe(CONFIG_DEFAULT.limits.auditRowsMax);
    expect(config.policyFile).toBe(join(directory, "headway.yaml"));
  });

  it("takes a file from elsewhere, by flag or variable, and then not the one here", () => {
    writeFileSync(join(directory, "other.yaml"), "tickMs: 500");
    expect(load({ file: "tickMs: 200", flags: { policy: "other.yaml" } }).tickMs).toBe(500);
    expect(load({ environment: { HEADWAY_POLICY: join(directory, "other.yaml") } }).tickMs).toBe(
      500,
    );
  });

  it("turns gRPC, and the disk, off", () => {
    const config = load({ flags: { grpc: "off" }, environment: { HEADWAY_DATA: "memory" } });
    expect([config.grpc, config.dataDir]).toEqual([null, null]);
  });

  it.each([
    [{ flags: { "allow-open": true } }, true],
    [{ flags: { "allow-open": "false" } }, false],
    [{ environment: { HEADWAY_ALLOW_OPEN: "true" } }, true],
    [{ file: "allowOpen: true" }, true],
    [{ file: "allowOpen: true", environment: { HEADWAY_ALLOW_OPEN: "false" } }, false],
  ])("reads %j as allowOpen %s", (sources, allowOpen) => {
    expect(load(sources).allowOpen).toBe(allowOpen);
  });

  it("has a variable and a flag of its own for every setting", () => {
    const names = SETTINGS.flatMap(({ key }) => [variableOf(key), flagOf(key)]);
    expect(new Set(names).size).toBe(SETTINGS.length * 2);
    expect(names).toContain("HEADWAY_LIMITS_BODY_INFLATED_BYTES_MAX");
    expect(names).toContain("limits-body-inflated-bytes-max");
    expect(SETTINGS.map(({ key }) => key).filter((key) => key.startsWith("limits."))).toHaveLength(
      Object.keys(CONFIG_DEFAULT.limits).length,
    );
  });

  it.each([
    [
      { file: "tikMs: 1" },
      "ERR_CONFIG_UNKNOWN_KEY",
      'tikMs is not known: did you mean "tickMs"? (',
      "headway.yaml:1)",
    ],
    [
      { file: "\n\nlimits:\n  bodyBytesMin: 1" },
      "ERR_CONFIG_UNKNOWN_KEY",
      'limits.bodyBytesMin is not known: did you mean "bodyBytesMax"?',
      "headway.yaml:4)",
    ],
    [
      { file: "policy: other.yaml" },
      "ERR_CONFIG_UNKNOWN_KEY",
      "policy is not known",
      "headway.yaml:1)",
    ],
    [
      { file: "zzzzzzzzzzzz: 1" },
      "ERR_CONFIG_UNKNOWN_KEY",
      "known are http, grpc",
      "headway.yaml:1)",
    ],
    [
      { file: "__proto__: {}" },
      "ERR_CONFIG_UNKNOWN_KEY",
      "__proto__ is not known",
      "headway.yaml:1)",
    ],
    [
      { file: "tickMs: 99" },
      "ERR_CONFIG_RANGE",
      "tickMs must be an integer between 100 and 60000, got 99 (",
      "headway.yaml:1)",
    ],
    [{ file: "tickMs: 100.5" }, "ERR_CONFIG_RANGE", "got 100.5", "headway.yaml:1)"],
    [{ file: "tickMs: .nan" }, "ERR_CONFIG_RANGE", "got NaN", "headway.yaml:1)"],
    [{ file: 'tickMs: "200"' }, "ERR_CONFIG_TYPE", 'got "200"', "headway.yaml:1)"],
    [{ file: "http: 4390" }, "ERR_CONFIG_TYPE", "http must be a text, got 4390", "headway.yaml:1)"],
    [
      { file: "http: localhost" },
      "ERR_CONFIG_RANGE",
      'http must be HOST:PORT, such as 127.0.0.1:4390, got "localhost"',
      "headway.yaml:1)",
    ],
    [
      { file: "limits: 5" },
      "ERR_CONFIG_TYPE",
      "limits must be a mapping, got 5",
      "headway.yaml:1)",
    ],
    [
      { file: "tickMs: [1]" },
      "ERR_CONFIG_TYPE",
      "tickMs must be a single value, got a list",
      "headway.yaml:1)",
    ],
    [
      { file: "tickMs:" },
      "ERR_CONFIG_TYPE",
      "tickMs must be an integer between 100 and 60000, got null",
      "headway.yaml:1)",
    ],
    [{ file: "http:" }, "ERR_CONFIG_TYPE", "http must be a text, got null", "headway.yaml:1)"],
    [{ file: "tickMs: 200\ntickMs: 300" }, "ERR_CONFIG_SYNTAX", "DUPLICATE_KEY", "headway.yaml:2)"],
    [{ file: "tickMs: [" }, "ERR_CONFIG_SYNTAX", "must be YAML or JSON", "headway.yaml:1)"],
    [
      { environment: { HEADWAY_HTP: "x" } },
      "ERR_CONFIG_UNKNOWN_KEY",
      'HEADWAY_HTP is not known: did you mean "HEADWAY_HTTP"?',
      "",
    ],
    [
      { environment: { HEADWAY_TICK_MS: "1e3" } },
      "ERR_CONFIG_TYPE",
      "HEADWAY_TICK_MS must be an integer",
      'got "1e3"',
    ],
    [
      { environment: { HEADWAY_TICK_MS: "60001" } },
      "ERR_CONFIG_RANGE",
      "HEADWAY_TICK_MS must be an integer",
      'got "60001"',
    ],
    [
      { environment: { HEADWAY_TICK_MS: "" } },
      "ERR_CONFIG_TYPE",
      "HEADWAY_TICK_MS must be",
      'got ""',
    ],
    [
      { environment: { HEADWAY_ALLOW_OPEN: "yes" } },
      "ERR_CONFIG_TYPE",
      "HEADWAY_ALLOW_OPEN must be true or false",
      'got "yes"',
    ],
    [
      { flags: { tick: "1" } },
      "ERR_CONFIG_UNKNOWN_KEY",
      '--tick is not known: did you mean "tick-ms"?',
      "",
    ],
    [{ flags: { http: true } }, "ERR_CONFIG_TYPE", "--http must be a text, got no value", ""],
    [{ flags: { grpc: "of" } }, "ERR_CONFIG_RANGE", "--grpc must be HOST:PORT", 'got "of"'],
    [
      { flags: { policy: "missing.yaml" } },
      "ERR_CONFIG_FILE",
      "The policy file must be a readable file, got ENOENT",
      "missing.yaml",
    ],
  ])("refuses %j with %s and says where and what", (sources, code, message, where) => {
    const error = refusalOf(sources);
    expect(error.message).toContain(message);
    expect(error.message).toContain(where);
    expect(error.code).toBe(code);
  });
});
