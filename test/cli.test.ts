import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { afterAll, describe, expect, it } from "vitest";

import { startService } from "./fixtures/service-process.ts";
import { snippetsOf } from "./fixtures/snippets.ts";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const main = join(root, "packages/service/src/cli/main.ts");
const folder = mkdtempSync(join(tmpdir(), "headway-cli-"));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function headway(...words: string[]): Promise<Ended> {
  try {
    const command = ["--conditions=@headway/source", "--no-warnings", main, ...words];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, command, {
      cwd: folder,
      timeout: 20_000,
    });
    return { code: 0, stdout, stderr };
  } catch (error) {
    return error as Ended;
  }
}

const documented = (page: string, language: string, word: string): string =>
  snippetsOf(join(root, "docs", page)).find(
    (snippet) => snippet.language === language && snippet.code.includes(word),
  )!.code;

describe("headway serve", () => {
  it("starts with the flags that the pages show, says what to do next in five lines, and ends when asked", async () => {
    const flags = documented("operating.md", "sh", "headway serve").match(/--[a-z]+/g)!;
    const { stdout } = await headway("serve", "--help");
    for (const flag of flags) expect(stdout).toContain(`${flag} `);

    const service = await startService();
    expect(service.output().trimEnd().split("\n")).toHaveLength(5);
    expect(service.output()).toContain(service.url);
    const askedMs = performance.now();
    await service.stop("SIGTERM");
    expect(performance.now() - askedMs).toBeLessThan(5_000);
    expect(service.process.exitCode).toBe(0);
  });

  it("refuses a port that is taken, and says so", async () => {
    const service = await startService();
    const taken = service.url.slice("http://".length);
    const { code, stderr } = await headway(
      "serve",
      "--http",
      taken,
      "--grpc",
      "off",
      "--data",
      "memory",
    );
    await service.stop();
    expect(code).toBe(1);
    expect(stderr).toContain(taken);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  });

  it("refuses to listen beyond loopback without tokens", async () => {
    const { code, stderr } = await headway(
      "serve",
      "--http",
      "0.0.0.0:0",
      "--grpc",
      "off",
      "--data",
      "memory",
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(/--allow-open|tokens/);
  });

  it("takes the tokens file that the pages show, and holds each token to its scopes", async () => {
    const service = await startService({
      tokens: documented("configuration.md", "yaml", "scopes"),
    });
    const ask = (path: string, token?: string) =>
      fetch(
        `${service.url}${path}`,
        token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } },
      );
    const agents = "3f1c0a66-use-a-long-random-one";
    expect((await ask("/v1/decisions")).status).toBe(401);
    expect((await ask("/v1/decisions", agents)).status).toBe(200);
    expect((await ask("/v1/decisions", "another-one-altogether")).status).toBe(401);
    const override = { method: "DELETE", headers: { authorization: `Bearer ${agents}` } };
    expect((await fetch(`${service.url}/v1/overrides/tool:x`, override)).status).toBe(403);
    expect((await ask("/readyz")).status).toBe(200);
    await service.stop();
  });
});

describe("headway check", () => {
  it("names the line and the nearest key of a mistake", async () => {
    const file = join(folder, "headway.yaml");
    writeFileSync(file, "defaults:\n  mode: advise\n  protectedPriorty: 1\n");
    const { code, stderr } = await headway("check", file);
    expect(code).toBe(1);
    expect(stderr).toContain("headway.yaml:3");
    expect(stderr).toContain('"protectedPriority"');
  });
});

describe("an unknown command", () => {
  it("is told with its nearest kin", async () => {
    const { code, stderr } = await headway("serv");
    expect(code).toBe(1);
    expect(stderr).toContain('"serve"');
  });
});
