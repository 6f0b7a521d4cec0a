import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { HeadwayError } from "@headway/core";
import { dataFolder } from "../agents/data-folder.ts";
import { FULL, SHORT } from "../results/laboratory.ts";
import { SECTIONS, writeResults } from "../results/results.ts";
import type { Command, Invocation } from "./command.ts";

const DOCS = join(import.meta.dirname, "..", "..", "..", "..", "docs");

export const resultsCommand: Command = {
  name: "results",
  summary: "Runs everything that docs/results.md shows, and writes it anew",
  flags: [
    { name: "short", help: "a few seeds instead of 30: minutes, and wide intervals" },
    { name: "out", argument: "DIR", help: "where results.md is written; the project's docs" },
    { name: "only", argument: "NAME[,NAME…]", help: `of ${Object.keys(SECTIONS).join(", ")}` },
    { name: "data", argument: "DIR", help: "the public data; HEADWAY_DATA, or ../shared/data" },
    { name: "threads", argument: "N", help: "runs at the same time; one for each core" },
  ],
  run: async (invocation, { directory, out, error }) => {
    const only = chaptersOf(invocation);
    const folder = invocation.text("out");
    const data = invocation.text("data");
    const sections = await writeResults({
      budget: invocation.has("short") ? SHORT : FULL,
      folder: folder === undefined ? DOCS : resolve(directory, folder),
      dataFolder: data === undefined ? dataFolder() : resolve(directory, data),
      threads: invocation.count("threads", availableParallelism()),
      onProgress: error,
      ...(only === undefined ? {} : { only }),
    });
    const bars = sections.flatMap((section) => section.bars);
    for (const { claim, wanted, measured, holds } of bars)
      out(`${holds ? "✓" : "✗"} ${claim}: ${measured} (${wanted})`);
    out(`${bars.filter(({ holds }) => holds).length} of ${bars.length} hold`);
    return 0;
  },
};

function chaptersOf(invocation: Invocation): readonly string[] | undefined {
  const names = invocation.text("only")?.split(",");
  const unknown = names?.find((name) => !(name in SECTIONS));
  if (unknown === undefined) return names;
  throw new HeadwayError(
    "ERR_COMMAND",
    `--only must name chapters of ${Object.keys(SECTIONS).join(", ")}, got ${JSON.stringify(unknown)}`,
  );
}
