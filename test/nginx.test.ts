import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { Server } from "node:http";
import { connect, createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createService } from "@headway/service";
import type { Service } from "@headway/service";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { snippetsOf } from "./fixtures/snippets.ts";

const NGINX = ["/usr/sbin/nginx", "/usr/bin/nginx", "/usr/local/sbin/nginx"].find((path) =>
  existsSync(path),
);

const SNIPPET = snippetsOf(fileURLToPath(new URL("../docs/http-api.md", import.meta.url))).find(
  ({ see }) => see === "nginx",
);

const POLICY = "defaults:\n  mode: enforce\n";

/** What the page tells an operator to write, with the addresses of here. */
function nginxConf({
  directory,
  port,
  headway,
  upstream,
}: Readonly<Record<"port" | "headway" | "upstream", number>> & { directory: string }): string {
  const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (name) => `${name}_temp_path ${directory}/${name};`,
  );
  const locations = (SNIPPET?.code ?? "")
    .replace("http://127.0.0.1:4390", `http://127.0.0.1:${headway}`)
    .replace("http://idp.example/", `http://127.0.0.1:${upstream}/`);
  return `
daemon off;
master_process off;
error_log ${directory}/error.log warn;
pid ${directory}/nginx.pid;
events { worker_connections 256; }
http {
  access_log off;
  ${paths.join("\n  ")}
  server {
    listen 127.0.0.1:${port};
    ${locations}
  }
}
`;
}

// Named so that a machine without nginx says plainly that this did not run.
const SKIPPED = NGINX === undefined ? " (DID NOT RUN: there is no nginx on this machine)" : "";

describe.skipIf(NGINX === undefined)(`nginx asks /v1/authz with auth_request${SKIPPED}`, () => {
  const directory = mkdtempSync(join(tmpdir(), "headway-nginx-"));
  let service: Service;
  let upstream: Server;
  let nginx: ChildProcess;
  let base: string;
  let reached = 0;

  beforeAll(async () => {
    const policyFile = join(directory, "headway.yaml");
    writeFileSync(policyFile, POLICY);
    service = await createService({
      http: { host: "127.0.0.1", port: 0 },
      grpc: null,
      dataDir: null,
      policyFile,
    });
    const { http } = await service.listen();
    upstream = createServer((request, response) => {
      reached += 1;
      request.resume();
      request.on("end", () => response.end("a person"));
    });
    const port = await freePort();
    const conf = nginxConf({
      directory,
      port,
      headway: http.port,
      upstream: await listen(upstream),
    });
    writeFileSync(join(directory, "nginx.conf"), conf);
    mkdirSync(join(directory, "logs"));
    const options = [
      "-p",
      directory,
      "-e",
      join(directory, "error.log"),
      "-c",
      join(directory, "nginx.conf"),
    ];
    nginx = spawn(NGINX ?? "", options, { stdio: ["ignore", "ignore", "inherit"] });
    await accepting(port);
    base = `http://127.0.0.1:${port}`;
  });

  afterAll(async () => {
    nginx.kill("SIGQUIT");
    await once(nginx, "exit");
    upstream.close();
    await service.close();
    rmSync(directory, { recursive: true, force: true });
  });

  async function override(payload: object): Promise<void> {
    const url = "/v1/overrides/tool:idp_lookup";
    expect((await service.app.inject({ method: "PUT", url, payload })).statusCode).toBe(200);
    await decided();
  }

  async function decided(): Promise<void> {
    const etag = String((await service.app.inject("/v1/decisions")).headers.etag);
    await service.app.inject({ url: "/v1/decisions?wait=2", headers: { "if-none-match": etag } });
  }

  it("forwards while Headway lets go", async () => {
    const response = await fetch(`${base}/idp/people/1`);
    expect([response.status, await response.text()]).toEqual([200, "a person"]);
    expect(response.headers.get("headway-action")).toBe("proceed");
  });

  it("answers 429 with Retry-After and the verdict while it is held, without reaching the provider, then forwards again", async () => {
    await override({ action: "hold", forMs: 60_000, why: "The provider asked us to stop." });
    const before = reached;
    const held = await fetch(`${base}/idp/people`, { method: "POST", body: "content" });
    expect(held.status).toBe(429);
    expect(Number(held.headers.get("retry-after"))).toBeGreaterThan(50);
    expect(held.headers.get("headway-action")).toBe("hold");
    expect(held.headers.get("headway-reason")).toBe("override");
    expect(reached).toBe(before);
    await service.app.inject({ method: "DELETE", url: "/v1/overrides/tool:idp_lookup" });
    await decided();
    const again = await fetch(`${base}/idp/people`, { method: "POST", body: "content" });
    expect([again.status, reached]).toEqual([200, before + 1]);
  });

  it("lets through the priorities that are not held", async () => {
    await override({
      action: "hold",
      forMs: 60_000,
      why: "Background waits.",
      priority: { from: 5, to: 5 },
    });
    expect((await fetch(`${base}/idp/people/1`)).status).toBe(200);
    await override({
      action: "hold",
      forMs: 60_000,
      why: "Low waits too.",
      priority: { from: 4, to: 5 },
    });
    expect((await fetch(`${base}/idp/people/1`)).status).toBe(429);
  });
});

function listen(server: Server | ReturnType<typeof createTcpServer>): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
}

async function freePort(): Promise<number> {
  const server = createTcpServer();
  const port = await listen(server);
  server.close();
  await once(server, "close");
  return port;
}

async function accepting(port: number): Promise<void> {
  for (let isOpen = false; !isOpen;) {
    isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1");
      socket.once("connect", () => resolve(true));
      socket.once("error", () => resolve(false));
      socket.once("connect", () => socket.destroy());
    });
    if (!isOpen) await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
