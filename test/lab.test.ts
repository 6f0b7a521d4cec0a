import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { afterAll, describe, expect, it } from "vitest";

import { snippetsOf } from "./fixtures/snippets.ts";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const main = join(root, "packages/service/src/cli/main.ts");
const page = join(root, "docs/lab.md");
const folder = mkdtempSync(join(tmpdir(), "headway-lab-page-"));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function headway(...words: string[]): Promise<string> {
  const command = ["--conditions=@headway/source", main, ...words];
  const { stdout } = await promisify(execFile)(process.execPath, command, { cwd: folder });
  return stdout;
}

function shown(language: string): string {
  const snippet = snippetsOf(page).find(
    (candidate) => candidate.language === language && candidate.see === "lab",
  );
  return snippet?.code ?? "";
}

describe("docs/lab.md", () => {
  it("shows a scenario in one file that passes the check and runs", async () => {
    writeFileSync(join(folder, "search.yaml"), shown("yaml"));
    expect(await headway("lab", "check", "search.yaml")).toBe(
      "search is fine: 3 dependencies, 2 workloads, 1 fault, 200 s\n",
    );
    const words = ["--policy", "oracle", "--seeds", "1", "--json"];
    const { outcomes } = JSON.parse(await headway("lab", "run", "search.yaml", ...words));
    const [{ measures }] = outcomes;
    // Five assistants a second and a report every four or five; four of twenty servers are too few for the searches of all.
    expect(measures.goodputBefore).toBeGreaterThan(5);
    expect(measures.goodput).toBeLessThan(0.9 * measures.goodputBefore);
    expect(measures.criticalOk).toBeGreaterThan(0.95);
  });

  it("shows a rival in one file that does what the page says of it", async () => {
    writeFileSync(join(folder, "bulkhead.ts"), shown("ts"));
    const command = snippetsOf(page).find(({ code }) => code.includes("./bulkhead.ts"))?.code ?? "";
    const words = command.trim().split(" ").slice(1);
    const { outcomes } = JSON.parse(await headway(...words, "--seeds", "1", "--json"));
    const own = outcomes.find(({ policy }: { policy: string }) => policy === "bulkhead");
    // Forty processes with two each: the dependency never has more, and has them all while it is slow.
    expect(Math.max(...own.series.inFlight)).toBe(80);
  });

  it("names every key that a scenario may have", () => {
    const schema = join(root, "packages/lab/src/scenario/scenario.ts");
    const keys = [...readFileSync(schema, "utf8").matchAll(/readonly (\w+)\??:/g)];
    const kinds = [...readFileSync(schema, "utf8").matchAll(/readonly kind: "(\w+)"/g)];
    // Those that the file says in another way: a name is a mapping's key, what a step is its own key tells.
    const told = ["name", "id", "priority", "share", "step", "pause", "kind"];
    const text = readFileSync(page, "utf8");
    const untold = [...keys, ...kinds]
      .map((match) => match[1]!)
      .filter((word) => !told.includes(word) && !new RegExp(`\\b${word}\\b`).test(text));
    expect([...new Set(untold)]).toEqual([]);
  });
});
