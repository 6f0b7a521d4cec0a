import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { createHeadway } from "@headway/sdk";
import { afterEach, describe, expect, it } from "vitest";
import { isAtHand } from "./fixtures/peer.ts";
import { startService, until } from "./fixtures/service-process.ts";

const main = join(
  dirname(dirname(fileURLToPath(import.meta.url))),
  "packages/service/src/cli/main.ts",
);
const SCRIPT = "/usr/bin/script";
const canRun = isAtHand("script (bsdutils)", existsSync(SCRIPT));

const ENTER = "\u001B[?1049h";
const LEAVE = "\u001B[?1049l";

const ending: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of ending.splice(0).toReversed()) await end();
});

interface Watching {
  /** All that came, as the terminal got it. */
  raw(): string;
  /** The lines of the last picture. */
  lines(): readonly string[];
  type(keys: string): void;
  readonly ended: Promise<number | null>;
}

/** Starting a process takes long on a machine that is busy with something else. */
const START_MS = 45_000;

/** `headway watch` on a terminal of a given size: `script` makes one. */
function startWatch(url: string, rows: number, environment: Record<string, string> = {}): Watching {
  const command = `stty rows ${rows} cols 110; exec "${process.execPath}" --conditions=@headway/source --no-warnings "${main}" watch --url ${url}`;
  const child = spawn(SCRIPT, ["-qec", command, "/dev/null"], {
    env: { ...process.env, TERM: "xterm-256color", FORCE_COLOR: "", NO_COLOR: "", ...environment },
  });
  let raw = "";
  child.stdout.on("data", (chunk: Buffer) => (raw += chunk.toString()));
  const ended = once(child, "exit").then(() => child.exitCode);
  ending.push(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  return {
    raw: () => raw,
    lines: () =>
      stripVTControlCharacters(raw.split("\u001B[?2026h").at(-1)!)
        .split("\r\n")
        .map((line) => line.trimEnd()),
    type: (keys) => void child.stdin.write(keys),
    ended,
  };
}

describe.skipIf(!canRun)("headway watch on a terminal", { timeout: 150_000 }, () => {
  it("shows what happens within a second or two, and gives the terminal back at q", async () => {
    const service = await startService();
    ending.push(() => service.stop("SIGKILL"));
    const headway = createHeadway({ url: service.url, agent: "kyc" });
    ending.push(() => headway.close());
    const watching = startWatch(service.url, 24);
    await until(
      () => watching.lines(),
      (lines) => lines.includes("nothing yet"),
      START_MS,
    );
    for (let call = 0; call < 20; call += 1)
      await headway.run({ dependency: "tool:idp_lookup" }, () => Promise.resolve());
    const answer = await fetch(`${service.url}/v1/overrides/tool:idp_lookup`, {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ action: "hold", forMs: 60_000, why: "the test says so" }),
    });
    expect(answer.status).toBe(200);
    const lines = await until(
      () => watching.lines(),
      (shown) => shown.some((line) => /^tool:idp_lookup .* hold by hand +(60|5\d) s/.test(line)),
    );
    expect(lines.length).toBeLessThanOrEqual(24);
    expect(lines.join("\n")).toContain("override.set");
    expect(lines[1]).toContain("1 process ");
    expect(watching.raw().split(ENTER)).toHaveLength(2);
    watching.type("q");
    expect(await watching.ended).toBe(0);
    expect(watching.raw().trimEnd().endsWith(LEAVE)).toBe(true);
  });

  it("says that the service is gone, and goes on when it is back", async () => {
    const service = await startService();
    const port = Number(new URL(service.url).port);
    const watching = startWatch(service.url, 24, { NO_COLOR: "1" });
    await until(
      () => watching.lines()[0] ?? "",
      (head) => / live \d/.test(head),
      START_MS,
    );
    await service.stop("SIGKILL");
    await until(
      () => watching.lines()[0] ?? "",
      (head) => head.includes("NOT LIVE"),
    );
    const back = await startService({ httpPort: port });
    ending.push(() => back.stop("SIGKILL"));
    await until(
      () => watching.lines()[0] ?? "",
      (head) => / live \d/.test(head),
      START_MS,
    );
    // Its first line is bold where there are colours.
    expect(watching.raw()).not.toContain("\u001B[1m");
    watching.type("\u0003");
    expect(await watching.ended).toBe(0);
  });

  it("leaves the terminal alone where no service answers, and says so in one line", async () => {
    const watching = startWatch("http://127.0.0.1:1", 24);
    expect(await watching.ended).toBe(1);
    expect(watching.raw()).not.toContain(ENTER);
    expect(watching.raw().trim()).toMatch(
      /^headway: A service must answer at http:\/\/127\.0\.0\.1:1, got none/,
    );
  });
});
