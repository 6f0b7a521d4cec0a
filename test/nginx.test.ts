import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { Server } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createService } from "@headway/service";
import type { Service } from "@headway/service";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { isAtHand } from "./fixtures/peer.ts";
import { freePort, until } from "./fixtures/service-process.ts";
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

describe.runIf(isAtHand("nginx", NGINX !== undefined))(
  "nginx asks /v1/authz with auth_request",
  () => {
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
      await until(
        () => isAccepting(port),
        (isOpen) => isOpen || nginx.exitCode !== null,
      );
      if (nginx.exitCode !== null) throw new Error(`nginx ended with ${nginx.exitCode}`);
      base = `http://127.0.0.1:${port}`;
    });

    afterAll(async () => {
      if (nginx.exitCode === null) {
        const ended = once(nginx, "exit");
        nginx.kill("SIGQUIT");
        await ended;
      }
      upstream.close();
      await service.close();
      rmSync(directory, { recursive: true, force: true });
    });

    async function override(payload: object): Promise<void> {
      const url = "/v1/overrides/tool:idp_lookup";
      expect((await service.app.inject({ method: "PUT", url, payload })).statusCode).toBe(200);
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
      const again = await fetch(`${base}/idp/people`, { method: "POST", body: "content" });
      expect([again.status, reached]).toEqual([200, before + 1]);
    });

    it("lets through the priorities that are not held", async () => {
      await override({
        action: "hold",
        forMs: 60_000,
        why: "Low waits.",
        priority: { from: 4, to: 5 },
      });
      expect((await fetch(`${base}/idp/people/1`)).status).toBe(200);
      await override({
        action: "hold",
        forMs: 60_000,
        why: "Normal waits too.",
        priority: { from: 3, to: 5 },
      });
      expect((await fetch(`${base}/idp/people/1`)).status).toBe(429);
    });

    it("asks for the operator's scope, whatever its caller says of itself", async () => {
      await override({
        action: "hold",
        forMs: 60_000,
        why: "Normal waits.",
        priority: { from: 3, to: 5 },
      });
      const headers = { "headway-priority": "1", "headway-dependency": "tool:free" };
      expect((await fetch(`${base}/idp/people/1`, { headers })).status).toBe(429);
      await service.app.inject({ method: "DELETE", url: "/v1/overrides/tool:idp_lookup" });
      // Headers that reached the service would be refused there, and nginx would answer 500.
      const broken = { "headway-priority": "urgent" };
      expect((await fetch(`${base}/idp/people/1`, { headers: broken })).status).toBe(200);
    });
  },
);

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
}

async function isAccepting(port: number): Promise<boolean> {
  return new Promise<boolean>((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
