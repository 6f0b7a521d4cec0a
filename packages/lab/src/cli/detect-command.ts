import { resolve } from "node:path";
import { HeadwayError } from "@headway/core";
import { dataFolder } from "../agents/data-folder.ts";
import { detect, DETECTION_PARTS } from "../detection/detect.ts";
import type { DetectionPart } from "../detection/detect.ts";
import type { Command, Invocation } from "./command.ts";

export const detectCommand: Command = {
  name: "detect",
  summary: "Measures detection on labelled faults and on made loads",
  flags: [
    { name: "data", argument: "DIR", help: "the public data; HEADWAY_DATA, or ../shared/data" },
    { name: "only", argument: "NAME[,NAME…]", help: `of ${DETECTION_PARTS.join(", ")}` },
    { name: "seeds", argument: "N", help: "trials of what is simulated; 15" },
    { name: "hours", argument: "N", help: "simulated, of each fault-free load; 24" },
    { name: "json", help: "everything as JSON, instead of the bars" },
  ],
  run: async (invocation, { directory, out, error }) => {
    const data = invocation.text("data");
    const parts = partsOf(invocation);
    const report = await detect(data === undefined ? dataFolder() : resolve(directory, data), {
      ...(parts === undefined ? {} : { parts }),
      seeds: invocation.count("seeds", 15),
      hours: invocation.count("hours", 24),
      onProgress: (part) => error(`${part} …`),
    });
    if (invocation.has("json")) {
      out(JSON.stringify(report));
      return 0;
    }
    for (const { part, files } of report.absent)
      out(`- ${part} did not run: the folder does not hold ${files.join(", ")}`);
    for (const { name, asked, measured, isMet } of report.bars)
      out(`${isMet ? "✓" : "✗"} ${name}: ${measured} (${asked})`);
    return 0;
  },
};

function partsOf(invocation: Invocation): readonly DetectionPart[] | undefined {
  const names = invocation.text("only")?.split(",");
  const parts = names?.map((name) => {
    const part = DETECTION_PARTS.find((known) => known === name);
    if (part !== undefined) return part;
    throw new HeadwayError(
      "ERR_COMMAND",
      `--only must name parts of ${DETECTION_PARTS.join(", ")}, got ${JSON.stringify(name)}`,
    );
  });
  return parts;
}
