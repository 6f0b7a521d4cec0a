import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { run } from "./run.ts";

const MAIN = fileURLToPath(new URL("./main.ts", import.meta.url));

let directory = "";
let servers: Server[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "headway-cli-"));
});

afterEach(async () => {
  await Promise.all(
    servers.map((server) => new Promise((resolve) => server.close(resolve).closeAllConnections())),
  );
  servers = [];
  rmSync(directory, { recursive: true });
});

interface Said {
  readonly code: number;
  readonly out: string[];
  readonly error: string[];
}

async function runHere(
  args: readonly string[],
  options: { readonly signal?: AbortSignal; readonly environment?: Record<string, string> } = {},
): Promise<Said> {
  const out: string[] = [];
  const error: string[] = [];
  const code = await run(args, {
    out: (line) => out.push(line),
    error: (line) => error.push(line),
    environment: options.environment ?? {},
    directory,
    signal: options.signal ?? new AbortController().signal,
  });
  return { code, out, error };
}

async function listen(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  return typeof address === "object" ? (address?.port ?? 0) : 0;
}

describe("headway", () => {
  it("tells its commands, and each command its flags", async () => {
    const all = await runHere(["--help"]);
    expect(all.code).toBe(0);
    for (const name of [
      "serve",
      "check FILE",
      "decisions",
      "watch",
      "replay FILES…",
      "lab COMMAND",
    ])
      expect(all.out.join("\n")).toContain(`  ${name} `);
    const serve = await runHere(["serve", "--help"]);
    for (const flag of [
      "--http HOST:PORT",
      "--tokens FILE",
      "--allow-open ",
      "--limits-body-bytes-max N",
    ]) {
      expect(serve.out.join("\n")).toContain(flag);
    }
    expect((await runHere([])).code).toBe(1);
    expect((await runHere(["--version"])).out).toEqual([expect.stringMatching(/^\d+\.\d+\.\d+/)]);
  });

  it.each([
    [["sevre"], 'got "sevre"; did you mean "serve"?', "ERR_COMMAND"],
    [["brew"], "must be one of serve, check, ", "ERR_COMMAND"],
    [["serve", "--htp", "x"], '--htp is not known: did you mean "http"?', "ERR_CONFIG_UNKNOWN_KEY"],
    [["serve", "now"], 'must be given flags only, got "now"', "ERR_COMMAND"],
    [["serve", "--http"], "--http must be a text, got no value", "ERR_CONFIG_TYPE"],
    [["serve", "--http", "0.0.0.0:0"], "--allow-open", "ERR_LISTEN_OPEN"],
    [
      ["serve", "--tokens", "none.yaml"],
      "The tokens file must be a readable file, got ENOENT",
      "ERR_CONFIG_FILE",
    ],
    [["check"], "check must get one FILE, got 0", "ERR_COMMAND"],
    [
      ["check", "none.yaml"],
      "The policy file must be a readable file, got ENOENT",
      "ERR_CONFIG_FILE",
    ],
    [
      ["decisions", "--url", "nowhere"],
      '--url must be the URL of a service, got "nowhere"',
      "ERR_CONFIG_RANGE",
    ],
    [["decisions", "--url"], "--url must have a value", "ERR_CONFIG_TYPE"],
    [
      ["decisions", "--url", "http://127.0.0.1:1"],
      "A service must answer at http://127.0.0.1:1, got none",
      "ERR_COMMAND",
    ],
  ])("refuses %j in one line, with exit code 1", async (args, message, code) => {
    const [command = "", ...rest] = args;
    const said = await runHere([
      command,
      ...(command === "serve" ? ["--data", "memory", "--grpc", "off"] : []),
      ...rest,
    ]);
    expect(said.code).toBe(1);
    expect(said.error).toHaveLength(1);
    expect(said.error[0]).toContain(message);
    expect(said.error[0]).toContain(`[${code}]`);
  });
});

describe("headway check", () => {
  it("says what a good file has, and where a bad one is bad", async () => {
    writeFileSync(
      join(directory, "good.yaml"),
      "tickMs: 500\ndependencies:\n  'tool:a': { mode: enforce }\ntenants: { acme: {} }\n",
    );
    const good = await runHere(["check", "good.yaml"]);
    expect(good).toMatchObject({
      code: 0,
      out: [expect.stringMatching(/^good.yaml is fine: 1 rule, 0 identities, 1 tenant; sha256:/)],
    });
    writeFileSync(join(directory, "bad.yaml"), "defaults:\n  mode: on");
    expect((await runHere(["check", "bad.yaml"])).error[0]).toContain("bad.yaml:2)");
    writeFileSync(join(directory, "setting.yaml"), "tickMs: 5");
    expect((await runHere(["check", "setting.yaml"])).error[0]).toContain("setting.yaml:1)");
  });
});

describe("headway decisions and watch", () => {
  const decision = (version: number, action: string): object => ({
    id: "dec_1",
    version,
    mode: "enforce",
    action,
    scope: { dependency: "tool:idp\u001B[31m", priority: { from: 3, to: 5 } },
    reason: { summary: "61 of 90 agents retry" },
    expiresAt: "2026-11-22T10:15:30.000Z",
  });

  it("lists what is in force, with a token, and obeys no escape sequence in a name", async () => {
    const port = await listen(
      createServer(({ headers, url }, response) => {
        const isKnown =
          headers.authorization === "Bearer t-1" && url === "/v1/decisions?dependency=tool%3Aidp";
        response
          .writeHead(isKnown ? 200 : 401)
          .end(JSON.stringify(isKnown ? { decisions: [decision(1, "hold")] } : { detail: "No." }));
      }),
    );
    const environment = { HEADWAY_URL: `http://127.0.0.1:${port}`, HEADWAY_TOKEN: "t-1" };
    const said = await runHere(["decisions", "--dependency", "tool:idp"], { environment });
    expect(said.out).toHaveLength(2);
    expect(said.out[1]).toMatch(
      /^tool:idp\[31m +hold +enforce +3-5 +2026-11-22T10:15:30.000Z +61 of 90 agents retry$/,
    );
    const refused = await runHere(["decisions", "--token", "t-2"], { environment });
    expect(refused).toMatchObject({ code: 1, error: [expect.stringContaining("got 401: No.")] });
  });

  it("follows changes by long-poll until it is interrupted, and exits well", async () => {
    const answers = [[], [decision(1, "hold")], null, [decision(2, "shape")], []];
    const asked: string[] = [];
    const port = await listen(
      createServer(({ url, headers }, response) => {
        asked.push(`${url} ${headers["if-none-match"]}`);
        const decisions = answers[asked.length - 1];
        if (decisions === undefined) return;
        if (decisions === null) response.writeHead(304).end();
        else
          response.writeHead(200, { etag: `"${asked.length}"` }).end(JSON.stringify({ decisions }));
      }),
    );
    const ending = new AbortController();
    const following = runHere(["watch", "--url", `http://127.0.0.1:${port}`], {
      signal: ending.signal,
    });
    while (asked.length <= answers.length) await new Promise((resolve) => setTimeout(resolve, 5));
    ending.abort();
    expect(await following).toEqual({
      code: 0,
      error: [],
      out: [
        "No decisions yet: everything may proceed.",
        "tool:idp[31m  hold (enforce, priority 3-5)  61 of 90 agents retry",
        "tool:idp[31m  shape (enforce, priority 3-5)  61 of 90 agents retry",
        "tool:idp[31m  shape ended",
      ],
    });
    expect(asked.slice(0, 3)).toEqual([
      "/v1/decisions undefined",
      '/v1/decisions?wait=25 "1"',
      '/v1/decisions?wait=25 "2"',
    ]);
  });
});

describe("headway serve, as a process", () => {
  interface Serving {
    readonly url: string;
    readonly lines: string[];
    stop(
      signal: "SIGTERM" | "SIGINT",
    ): Promise<{ readonly code: number | null; readonly tookMs: number }>;
  }

  async function serve(args: readonly string[]): Promise<Serving> {
    const child = spawn(
      process.execPath,
      ["--conditions=@headway/source", MAIN, "serve", ...args],
      {
        cwd: directory,
        env: { PATH: process.env["PATH"] },
      },
    );
    const ended = new Promise<number | null>((resolve) => {
      child.once("exit", resolve);
    });
    let said = "";
    child.stdout.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
    let complained = "";
    child.stderr.on("data", (chunk: Buffer) => {
      complained += chunk.toString();
    });
    while (!said.includes("headway watch")) {
      if (child.exitCode !== null) throw new Error(complained);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return {
      url: /http:\/\/\S+/.exec(said)?.[0] ?? "",
      lines: said.trimEnd().split("\n"),
      stop: async (signal) => {
        const startedAt = performance.now();
        child.kill(signal);
        return { code: await ended, tookMs: performance.now() - startedAt };
      },
    };
  }

  it("says what to do next in five lines, each of which works, and ends well on SIGTERM", async () => {
    const serving = await serve(["--http", "127.0.0.1:0", "--grpc", "127.0.0.1:0"]);
    expect(serving.lines).toHaveLength(5);
    const asks = serving.lines.filter((line) => line.includes("curl"));
    expect(asks).toHaveLength(2);
    for (const line of asks) {
      const [, command] = /(curl.*)$/.exec(line) ?? [];
      expect(await shell(`${command} -s -o /dev/null -w '%{http_code}'`)).toBe("200");
    }
    const stream = await fetch(`${serving.url}/v1/decisions/stream?instance=i-1`);
    expect(stream.status).toBe(200);
    const { code, tookMs } = await serving.stop("SIGTERM");
    await stream.body?.cancel().catch(() => {});
    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(5_000);
  });

  it("says that its port is in use, and exits with 1; SIGINT ends the first", async () => {
    const first = await serve(["--http", "127.0.0.1:0", "--grpc", "off"]);
    const second = serve(["--http", new URL(first.url).host, "--grpc", "off"]);
    await expect(second).rejects.toThrow(/ERR_LISTEN_IN_USE/);
    expect((await first.stop("SIGINT")).code).toBe(0);
  });
});

async function shell(command: string): Promise<string> {
  const child = spawn("sh", ["-c", command]);
  let said = "";
  child.stdout.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  await new Promise((resolve) => {
    child.once("close", resolve);
  });
  return said;
}
