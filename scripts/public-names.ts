/** The published entries and the file that lists the public names of each. */
export const ENTRIES: Readonly<Record<string, string>> = {
  "@headway/core": "packages/core/src/index.ts",
  "@headway/core/signals": "packages/core/src/signals/index.ts",
  "@headway/sdk": "packages/sdk/src/index.ts",
  "@headway/sdk/otel": "packages/sdk/src/otel/index.ts",
  "@headway/sdk/local": "packages/sdk/src/local/index.ts",
  "@headway/sdk/fetch": "packages/sdk/src/fetch/index.ts",
  "@headway/sdk/ai-sdk": "packages/sdk/src/ai-sdk/index.ts",
  "@headway/service": "packages/service/src/index.ts",
};

export const apiFile = (entry: string): string => {
  const [, name, sub] = entry.split("/");
  return `packages/${name}/api/${sub ?? "index"}.txt`;
};

/**
 * The names an index file exports, one a line, types marked, sorted: what a release promises. An index holds only
 * `export { … } from` lists, so reading them takes no compiler.
 */
export function publicNames(source: string): string {
  const lists = [...source.matchAll(/^export (type )?\{([^}]*)\}/gm)];
  const names = lists.flatMap(([, isType, list]) =>
    list!
      .split(",")
      .map((name) => name.replaceAll(/\/\/.*$/gm, "").trim())
      .filter((name) => name !== "")
      .map((name) =>
        isType || name.startsWith("type ") ? `type ${name.replace(/^type /, "")}` : name,
      ),
  );
  return `${names.toSorted().join("\n")}\n`;
}
