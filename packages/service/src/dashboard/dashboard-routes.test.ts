import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LiveApi } from "../live/fixtures/live-api.ts";
import { findDashboard, readDashboard } from "./dashboard-files.ts";

const INDEX = `<!doctype html><script type="module" src="./assets/index-Ab_12-xY.js"></script>`;
const SCRIPT = `console.log(${JSON.stringify("steady ".repeat(200))});`;

let root: string;
let directory: string;
let api: LiveApi | undefined;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "headway-dashboard-"));
  directory = join(root, "dist");
  mkdirSync(join(directory, "assets"), { recursive: true });
  writeFileSync(join(directory, "index.html"), INDEX);
  writeFileSync(join(directory, "icon.svg"), "<svg/>");
  writeFileSync(join(directory, "assets/index-Ab_12-xY.js"), SCRIPT);
});

afterEach(async () => {
  await api?.close();
  api = undefined;
  rmSync(root, { recursive: true, force: true });
});

async function start(dashboardDir: string | null = directory): Promise<LiveApi> {
  api = await LiveApi.create({
    dashboardDir,
    tokens: { secret: { tenant: "default", scopes: ["read"] } },
  });
  return api;
}

describe("the dashboard", () => {
  it("is served at / to anybody, and what it asks for only with a token", async () => {
    const { app } = await start();
    const page = await app.inject("/");
    expect(page).toMatchObject({ statusCode: 200, body: INDEX });
    expect(page.headers["content-type"]).toBe("text/html; charset=utf-8");
    for (const url of ["/v1/live", "/v1/history?dependency=tool:x", "/v1/dependencies"])
      expect((await app.inject(url)).statusCode, url).toBe(401);
  });

  it.each(["/", "/icon.svg", "/assets/index-Ab_12-xY.js"])(
    "lets %s run nothing inline, reach nobody else and be framed by nobody",
    async (url) => {
      const { app } = await start();
      const { headers } = await app.inject(url);
      const policy = Object.fromEntries(
        String(headers["content-security-policy"])
          .split("; ")
          .map((directive) => directive.split(/ (.*)/s, 2)),
      );
      expect(policy).toMatchObject({
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "connect-src": "'self'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
      });
      expect(JSON.stringify(policy)).not.toMatch(/unsafe|https?:|\*/);
      expect(headers).toMatchObject({
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cross-origin-opener-policy": "same-origin",
      });
    },
  );

  it("is kept for good where its name has a hash, and asked for again where it has none", async () => {
    const { app } = await start();
    const cached = async (url: string) => (await app.inject(url)).headers["cache-control"];
    expect(await cached("/assets/index-Ab_12-xY.js")).toBe("public, max-age=31536000, immutable");
    expect(await cached("/")).toBe("no-cache");
    expect(await cached("/icon.svg")).toBe("no-cache");
  });

  it.each([
    ["gzip, deflate, br", true],
    ["br, x-gzip;q=0.5", true],
    ["*", true],
    ["gzip;q=0", false],
    ["*, gzip; q=0.0", false],
    ["br", false],
    ["", false],
  ])("answers to accept-encoding %j compressed: %s", async (accepted, isGzip) => {
    const { app } = await start();
    const { headers, rawPayload } = await app.inject({
      url: "/assets/index-Ab_12-xY.js",
      headers: { "accept-encoding": accepted },
    });
    expect(headers.vary).toBe("accept-encoding");
    expect(headers["content-encoding"]).toBe(isGzip ? "gzip" : undefined);
    expect(headers["content-length"]).toBe(String(rawPayload.length));
    expect((isGzip ? gunzipSync(rawPayload) : rawPayload).toString()).toBe(SCRIPT);
  });

  it("is not sent again to whoever has it", async () => {
    const { app } = await start();
    const { headers } = await app.inject("/");
    const again = await app.inject({
      url: "/",
      headers: { "if-none-match": `W/"x", ${headers.etag}` },
    });
    expect(again).toMatchObject({ statusCode: 304, body: "" });
    expect(again.headers.etag).toBe(headers.etag);
    const other = await app.inject({ url: "/", headers: { "if-none-match": '"other"' } });
    expect(other.statusCode).toBe(200);
  });

  it.each([
    "/index.html/../../package.json",
    "/assets/../../secret.txt",
    "/assets/%2e%2e/%2e%2e/secret.txt",
    "/assets/..%2f..%2fsecret.txt",
    "/link.txt",
    "/private.key",
    "/assets",
  ])("has no file %s", async (url) => {
    writeFileSync(join(root, "secret.txt"), "secret");
    symlinkSync(join(root, "secret.txt"), join(directory, "link.txt"));
    writeFileSync(join(directory, "private.key"), "secret");
    const { app } = await start();
    expect((await app.inject(url)).json()).toMatchObject({ status: 404, code: "ERR_NOT_FOUND" });
  });

  it("is a plain page where none was built", async () => {
    const { app } = await start(null);
    const { body, headers } = await app.inject("/");
    expect(body).toContain("/v1/dependencies");
    const style = /<style>(.*?)<\/style>/s.exec(body)?.[1] ?? "";
    const hash = createHash("sha256").update(style).digest("base64");
    expect(headers["content-security-policy"]).toContain(hash);
  });

  it("is a plain page where the directory has no page in it", async () => {
    rmSync(join(directory, "index.html"));
    const { app } = await start();
    expect((await app.inject("/")).body).toContain("/v1/dependencies");
  });
});

describe("the dashboard as it was built", () => {
  // Set-up builds it.
  const built = findDashboard() ?? "not built: npm run build";

  it("costs no more than 250 KiB at the first visit", () => {
    const files = readDashboard(built);
    const bytes = files.reduce((sum, { plain, gzip }) => sum + (gzip ?? plain).length, 0);
    expect(files.map(({ path }) => path)).toContain("index.html");
    expect(bytes / 1_024).toBeLessThanOrEqual(250);
  });

  it("has nothing inline and names no other host", () => {
    const index = readDashboard(built).find(({ path }) => path === "index.html");
    const html = index?.plain.toString() ?? "";
    expect(html).not.toMatch(/<style|\son\w+=|\sstyle=|<script(?![^>]*\ssrc=)|https?:\/\//);
  });
});
