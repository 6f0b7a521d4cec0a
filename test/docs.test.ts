import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { startService, type ServiceProcess } from "./fixtures/service-process.ts";
import { snippetsOf, type Snippet } from "./fixtures/snippets.ts";

const run = promisify(execFile);
const root = dirname(dirname(fileURLToPath(import.meta.url)));
// Inside the workspace, so that a snippet finds the packages by the names a user writes.
const scratch = join(root, "test", ".snippets");
const main = join(root, "packages/service/src/cli/main.ts");

const pages = [
  "README.md",
  ...readdirSync(join(root, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];
const snippets = pages.flatMap((page) => snippetsOf(join(root, page)));
const title = ({ page, line, language }: Snippet): string =>
  `${basename(page)}:${line} (${language})`;
const of = (...languages: string[]): [string, Snippet][] =>
  snippets
    .filter(({ language, see }) => languages.includes(language) && see === undefined)
    .map((snippet) => [title(snippet), snippet]);

let service: ServiceProcess;

beforeAll(async () => {
  mkdirSync(scratch, { recursive: true });
  service = await startService();
});

afterAll(async () => {
  await service.stop();
  rmSync(scratch, { recursive: true, force: true });
});

/** The pages speak of the default address; the test's own service has another. */
const here = (text: string): string =>
  text
    .replaceAll("http://127.0.0.1:4390", service.url)
    .replaceAll("127.0.0.1:4390", service.url.slice("http://".length))
    .replaceAll("127.0.0.1:4391", service.grpcAddress);

describe("snippets in README and docs", () => {
  it.each(of("ts"))("%s runs", async (_title, snippet) => {
    const file = join(scratch, `${basename(snippet.page, ".md")}-${snippet.line}.ts`);
    writeFileSync(file, here(`${snippet.before}\n${snippet.code}`));
    const { stderr } = await run(process.execPath, ["--conditions=@headway/source", file], {
      timeout: 25_000,
      cwd: scratch,
    });
    expect(stderr).toBe("");
  });

  it.each(of("sh"))("%s runs", async (_title, snippet) => {
    const scripts = npmScripts(snippet.code);
    if (scripts.length > 0) {
      const manifest = readFileSync(join(root, "package.json"), "utf8");
      for (const script of scripts) expect(manifest).toContain(`"${script}":`);
      return;
    }
    const script = here(`${snippet.before}\n${snippet.code}`).replaceAll(
      /^headway /gm,
      `"${process.execPath}" --conditions=@headway/source "${main}" `,
    );
    const { stdout } = await run("bash", ["-euo", "pipefail", "-c", script], {
      timeout: 25_000,
      cwd: scratch,
    });
    expect(stdout).not.toBe("");
  });

  it.each(of("yaml"))("%s is a policy file that passes the check", async (_title, snippet) => {
    const file = join(scratch, `headway-${snippet.line}.yaml`);
    writeFileSync(file, snippet.code);
    await run(process.execPath, ["--conditions=@headway/source", main, "check", file]);
  });

  it.each(of("json"))("%s is JSON", (_title, snippet) => {
    expect(JSON.parse(snippet.code)).toBeDefined();
  });

  it.each(pages)("%s links to what is there, and names files that are there", (page) => {
    const text = readFileSync(join(root, page), "utf8");
    const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)/g)].map((match) =>
      join(dirname(page), match[1]!),
    );
    const files = [...text.matchAll(/`(packages\/[^`*]+)`/g)].map((match) => match[1]!);
    expect([...links, ...files].filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it("name only metrics of the service that it has", async () => {
    const exposition = await (await fetch(`${service.url}/metrics`)).text();
    const named = pages
      .filter((page) => page.startsWith("docs/"))
      .flatMap((page) => [
        ...readFileSync(join(root, page), "utf8").matchAll(/`(headway_[a-z_]+)(\*?)/g),
      ]);
    expect(named.length).toBeGreaterThan(5);
    // A star stands for the rest of a name.
    const missing = named.filter(
      ([, name, star]) => !exposition.includes(`# TYPE ${name}${star === "*" ? "" : " "}`),
    );
    expect(missing.map(([text]) => text)).toEqual([]);
  });

  it("are all in a language that some test runs, or name the test that does", () => {
    const unknown = snippets.filter(({ language, see }) =>
      see === undefined
        ? !["ts", "sh", "yaml", "json", "text"].includes(language)
        : !existsSync(join(root, "test", `${see}.test.ts`)),
    );
    expect(unknown.map(title)).toEqual([]);
  });
});

/** A block of nothing but `npm …` lines runs scripts of this repository, which other tests run; here they must exist. */
function npmScripts(code: string): string[] {
  const lines = code
    .split("\n")
    .map((line) => line.replace(/#.*$/, "").trim())
    .filter((line) => line !== "");
  if (!lines.every((line) => line.startsWith("npm "))) return [];
  return lines.map((line) => /^npm (?:run )?([a-z:]+)/.exec(line)?.[1] ?? line);
}
