import { glob, readdir, stat } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { HeadwayError } from "@headway/core/signals";

export type Input =
  | { readonly kind: "file"; readonly name: string; readonly path: string; readonly bytes: number }
  | { readonly kind: "stdin"; readonly name: "stdin" }
  | { readonly kind: "url"; readonly name: string; readonly url: URL };

/**
 * What the user's words name: `-`, URLs, files, the files of a directory and of those in it, and globs. Each file once, those of
 * one word in the order of their paths. A word that names nothing is a mistake, and is told before anything is read.
 */
export async function findInputs(words: readonly string[], directory: string): Promise<Input[]> {
  if (words.length === 0) throw noInput("must be given, got none");
  const inputs: Input[] = [];
  const seen = new Set<string>();
  for (const word of words) {
    for (const input of await inputsOf(word, directory)) {
      const key = input.kind === "file" ? input.path : input.name;
      if (seen.has(key)) continue;
      seen.add(key);
      inputs.push(input);
    }
  }
  return inputs;
}

async function inputsOf(word: string, directory: string): Promise<Input[]> {
  if (word === "-") return [{ kind: "stdin", name: "stdin" }];
  if (/^https?:\/\//i.test(word)) return [urlInput(word)];
  const files = await filesAt(resolve(directory, word), directory);
  if (files !== undefined) {
    if (files.length === 0) throw noInput(`must hold files, got an empty directory "${word}"`);
    return files;
  }
  const found: Input[] = [];
  if (/[*?[\]{}]/.test(word))
    for await (const path of glob(word, { cwd: directory }))
      found.push(...((await filesAt(resolve(directory, path), directory)) ?? []));
  if (found.length === 0) throw noInput(`must name a file, directory or URL, got "${word}"`);
  return found.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** The files there, or those below; undefined where there is nothing. Named as the user would, from where he stands. */
async function filesAt(path: string, directory: string): Promise<Input[] | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return undefined;
  if (!found.isDirectory()) return [fileInput(path, directory, found.size)];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
  return Promise.all(paths.map(async (one) => fileInput(one, directory, (await stat(one)).size)));
}

function fileInput(path: string, directory: string, bytes: number): Input {
  const near = relative(directory, path);
  return { kind: "file", name: near.startsWith("..") ? path : near, path, bytes };
}

function urlInput(word: string): Input {
  if (!URL.canParse(word)) throw noInput(`must be a URL, got "${word}"`);
  const url = new URL(word);
  return { kind: "url", name: nameOf(url), url };
}

/** Without a password, which has no business in a report. */
function nameOf(url: URL): string {
  const shown = new URL(url);
  shown.username = "";
  shown.password = "";
  return shown.href;
}

function noInput(what: string): HeadwayError {
  return new HeadwayError(
    "ERR_TRACES_INPUT",
    `traces ${what}: give files, directories, globs, URLs, or - for standard input`,
  );
}
