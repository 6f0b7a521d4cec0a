import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Terminal } from "./command.ts";
import { runLab } from "./lab.ts";
import { run } from "./run.ts";

let directory = "";

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "headway-lab-"));
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

interface Said {
  readonly code: number;
  readonly out: readonly string[];
  readonly error: readonly string[];
}

async function said(
  command: (terminal: Terminal) => Promise<number>,
  signal = new AbortController().signal,
): Promise<Said> {
  const out: string[] = [];
  const error: string[] = [];
  const code = await command({
    out: (line) => out.push(line),
    error: (line) => error.push(line),
    environment: {},
    directory,
    signal,
  });
  return { code, out, error };
}

describe("headway lab", () => {
  it("hands its words to the lab unread, and the lab's lines and code back", async () => {
    const help = await said((terminal) => run(["lab", "--help"], terminal));
    expect(help.code).toBe(0);
    expect(help.error).toEqual([]);
    expect(help.out[0]).toBe("usage: headway lab COMMAND [flags]");
    const wrong = await said((terminal) => run(["lab", "check", "--sett", "a=1"], terminal));
    expect(wrong.code).toBe(1);
    expect(wrong.out).toEqual([]);
    expect(wrong.error).toEqual([
      expect.stringMatching(/^headway lab: --sett is not known: did you mean "set"\?/),
    ]);
  });

  it("takes files from where the user is", async () => {
    writeFileSync(join(directory, "mine.yaml"), "extends: none.yaml\n");
    const { code, error } = await said((terminal) => run(["lab", "check", "mine.yaml"], terminal));
    expect(code).toBe(1);
    expect(error).toEqual([expect.stringContaining("none.yaml [ERR_CONFIG_FILE]")]);
  });

  it("ends with the user's interrupt", async () => {
    const interrupt = new AbortController();
    const long = ["lab", "run", "healthy-poisson-75", "--policy", "none", "--seeds", "9999"];
    const ended = said((terminal) => run(long, terminal), interrupt.signal);
    interrupt.abort();
    const { code, out } = await ended;
    expect([code, out]).toEqual([1, []]);
  });

  it("says where the lab lives if it is not here", async () => {
    const elsewhere = pathToFileURL(join(directory, "index.js")).href;
    await expect(said((terminal) => runLab([], terminal, elsewhere))).rejects.toMatchObject({
      code: "ERR_PEER_MISSING",
      message: expect.stringContaining("lives in the repository"),
    });
  });
});
