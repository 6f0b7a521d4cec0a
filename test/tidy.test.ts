import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

import { ERROR_CODES } from "@headway/core";
import { describe, expect, it } from "vitest";

import { apiFile, ENTRIES, publicNames } from "../scripts/public-names.ts";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly imports: readonly string[];
  /** Without those that are erased with the types. */
  readonly importsAtRuntime: readonly string[];
}

/** A whole statement, so that words in comments and strings are not taken for one; or a dynamic import. */
const IMPORT =
  /^(?:import|export)\s+(type\b)?(?:[^"';]*?\bfrom\s*)?"([^"]+)"|\bimport\("([^"]+)"\)/gm;

/** Entries under the condition `@headway/source` only: the lab reaches what it measures through them. */
const WORKSPACE_ENTRIES = ["packages/core/src/detect/index.ts", "packages/sdk/src/gate/index.ts"];

const isTest = (path: string): boolean => /\.(test|bench)\.ts$|\/fixtures\//.test(path);

function sourceFiles(folder: string): SourceFile[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((path) => !path.includes("node_modules") && !path.includes("/dist/"))
    .map((path) => {
      const text = readFileSync(join(root, path), "utf8");
      const statements = [...text.matchAll(IMPORT)];
      const imports = statements.map((match) => match[2] ?? match[3]!);
      const importsAtRuntime = statements
        .filter((match) => match[1] !== "type")
        .map((match) => match[2] ?? match[3]!);
      return { path, text, imports, importsAtRuntime };
    });
}

/** Where an import leads: a path of this repository for a relative one, else the name as written. */
function target(file: SourceFile, specifier: string): string {
  return specifier.startsWith(".")
    ? relative(root, join(root, dirname(file.path), specifier))
    : specifier;
}

const all = ["packages", "test", "examples", "scripts"].flatMap(sourceFiles);
const shipped = all.filter((file) => file.path.startsWith("packages/") && !isTest(file.path));

function offences(files: readonly SourceFile[], isWrong: (to: string, path: string) => boolean) {
  return files.flatMap((file) =>
    file.imports
      .map((specifier) => target(file, specifier))
      .filter((to) => isWrong(to, file.path))
      .map((to) => `${file.path} imports ${to}`),
  );
}

const inside = (folder: string): SourceFile[] =>
  shipped.filter((file) => file.path.startsWith(folder));

describe("imports point one way", () => {
  it("lets core import nothing but itself", () => {
    expect(offences(inside("packages/core/"), (to) => !to.startsWith("packages/core/"))).toEqual(
      [],
    );
  });

  it("keeps core's order: signals, then detect, then decide", () => {
    const core = "packages/core/src";
    const isUphill = (to: string, path: string): boolean =>
      (path.startsWith(`${core}/signals/`) && /core\/src\/(detect|decide)\//.test(to)) ||
      (path.startsWith(`${core}/detect/`) && to.startsWith(`${core}/decide/`));
    expect(offences(inside(core), isUphill)).toEqual([]);
  });

  it("lets sdk and service meet only in core's signals; only the sdk's local engine loads the rest", () => {
    const loading = inside("packages/sdk/")
      .filter((file) => !file.path.startsWith("packages/sdk/src/local/"))
      .filter((file) => file.importsAtRuntime.includes("@headway/core"));
    expect(loading.map((file) => file.path)).toEqual([]);
    const isService = (to: string): boolean => to.startsWith("@headway/service");
    expect(offences(inside("packages/sdk/"), isService)).toEqual([]);
    expect(offences(inside("packages/service/"), (to) => to.startsWith("@headway/sdk"))).toEqual(
      [],
    );
  });

  it("crosses a package's border only by a published entry", () => {
    const crosses = (to: string, path: string): boolean =>
      to.startsWith("packages/") && to.split("/")[1] !== path.split("/")[1];
    expect(offences(shipped, crosses)).toEqual([]);
  });
});

describe("core is told", () => {
  it("reads no clock, no randomness and no platform", () => {
    const forbidden =
      /\bDate[.(]|\bMath\.random\b|\bperformance\.now|\bsetTimeout\b|\bprocess\.env|"node:/;
    const code = (text: string): string => text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
    const offenders = inside("packages/core/").filter((file) => forbidden.test(code(file.text)));
    expect(offenders.map((file) => file.path)).toEqual([]);
  });

  it("has no dependencies", () => {
    const manifest: unknown = JSON.parse(
      readFileSync(join(root, "packages/core/package.json"), "utf8"),
    );
    expect(manifest).not.toHaveProperty("dependencies");
    expect(manifest).not.toHaveProperty("peerDependencies");
  });

  it("leaves each shell one file that reads the clock", () => {
    const reads = /\bDate\.now\b|\bnew Date\(\)|\bperformance\.(now|timeOrigin)\b/;
    for (const folder of ["packages/sdk/", "packages/service/"]) {
      const readers = inside(folder).filter((file) => reads.test(file.text));
      expect(readers.map((file) => file.path)).toEqual([`${folder}src/clock.ts`]);
    }
  });
});

describe("files", () => {
  it("are at most 400 lines long and named in kebab-case", () => {
    const tooLong = all.filter((file) => file.text.split("\n").length > 401);
    expect(tooLong.map((file) => file.path)).toEqual([]);
    const misnamed = all.filter((file) => !/^[a-z0-9.-]+$/.test(file.path.split("/").at(-1)!));
    expect(misnamed.map((file) => file.path)).toEqual([]);
  });

  it("say nothing of this kind: default export, export *, enum, a cast through unknown", () => {
    const loose = /\bas unknown as\b|^export default|^export \*|^\s*(?:export )?enum /m;
    const offenders = all.filter(
      ({ path, text }) => path !== "test/tidy.test.ts" && loose.test(text),
    );
    expect(offenders.map(({ path }) => path)).toEqual([]);
  });

  it("lie beside a test, or are told by another's", () => {
    const tested = new Set(
      all
        .filter((file) => isTest(file.path))
        .flatMap((file) => file.imports.map((to) => target(file, to))),
    );
    const reached = new Set<string>();
    const visit = (path: string): void => {
      if (reached.has(path)) return;
      reached.add(path);
      const file = all.find((candidate) => candidate.path === path);
      for (const specifier of file?.imports ?? []) visit(target(file!, specifier));
    };
    for (const path of tested) visit(path);
    // An entry only lists names; what it lists is tested. Those of the workspace alone are no part of the promised interface.
    for (const source of [...Object.values(ENTRIES), ...WORKSPACE_ENTRIES]) reached.add(source);
    const untested = shipped.filter(
      (file) => !reached.has(file.path) && !file.path.endsWith("/main.ts"),
    );
    expect(untested.map((file) => file.path)).toEqual([]);
  });
});

describe("what is promised in writing", () => {
  it("has a row in docs/errors.md for each error code, and no other row", () => {
    const rows = [
      ...readFileSync(join(root, "docs/errors.md"), "utf8").matchAll(/^\| `(ERR_[A-Z_]+)`/gm),
    ];
    expect(rows.map((row) => row[1]!).toSorted()).toEqual([...ERROR_CODES].toSorted());
  });

  it.each(Object.entries(ENTRIES))(
    "lists the public names of %s in its api file",
    (name, source) => {
      const committed = readFileSync(join(root, apiFile(name)), "utf8");
      expect(committed).toBe(publicNames(readFileSync(join(root, source), "utf8")));
    },
  );
});
