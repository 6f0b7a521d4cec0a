import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const data = process.env["HEADWAY_DATA"] ?? join(root, "..", "shared", "data");

/** The chapters of `npm run results` with a few seeds: enough to see that each still runs, and that control still wins by far. */
describe("the results, in short", () => {
  let folder: string;
  let printed = "";
  let code: number | null = null;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "headway-results-"));
    const main = join(root, "packages/lab/src/cli/main.ts");
    const words = ["--conditions=@headway/source", main, "results", "--short", "--out", folder];
    const child = spawn(process.execPath, words, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    child.stdout.on("data", (chunk: Buffer) => (printed += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (printed += chunk.toString()));
    [code] = (await once(child, "exit")) as [number | null];
  }, 600_000);

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it("run through, and are written with their pictures", () => {
    expect(code, printed).toBe(0);
    const page = readFileSync(join(folder, "results.md"), "utf8");
    const pictures = [...page.matchAll(/\]\((results\/[^)]+)\)/g)].map(([, path]) => path!);
    expect(pictures.length).toBeGreaterThan(5);
    for (const path of pictures) expect(existsSync(join(folder, path)), path).toBe(true);
    expect(readdirSync(join(folder, "results"))).toHaveLength(new Set(pictures).size);
  });

  it("show control that no seed turns around", () => {
    for (const claim of [
      "a-queue-256: critical in time",
      "a-queue-256: wasted attempts",
      "a-queue-256: recovery",
      "a-agents-400: critical in time",
      "rag-slow-vector-search without its fault: goodput lost",
    ])
      expect(printed).toContain(`✓ ${claim}`);
  });

  it("say which recorded data they had, if any", () => {
    const page = readFileSync(join(folder, "results.md"), "utf8");
    if (existsSync(data)) expect(page).toContain("Spans of ");
    else {
      console.log(`no recorded data at ${data}: their chapters did not run`);
      expect(page).toContain("did not run");
    }
  });
});
