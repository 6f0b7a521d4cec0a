import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ablationSection } from "./ablation-section.ts";
import { cellsSection } from "./cells-section.ts";
import { costSection } from "./cost-section.ts";
import { detectionSection } from "./detection-section.ts";
import { faultsSection } from "./faults-section.ts";
import { fleetSizeSection } from "./fleet-size-section.ts";
import { harmSection } from "./harm-section.ts";
import { Laboratory } from "./laboratory.ts";
import type { LaboratoryOptions } from "./laboratory.ts";
import { missionsSection } from "./missions-section.ts";
import { pathSection } from "./path-section.ts";
import { reportOf } from "./report.ts";
import type { MakeSection, Section } from "./section.ts";

/** The chapters, in the page's order, by the name under which one alone is asked for. */
export const SECTIONS: Readonly<Record<string, MakeSection>> = {
  cells: cellsSection,
  missions: missionsSection,
  path: pathSection,
  "fleet-size": fleetSizeSection,
  faults: faultsSection,
  harm: harmSection,
  ablation: ablationSection,
  detection: detectionSection,
  cost: costSection,
};

/** It measures processor time of this process. */
const ALONE = "cost";
/** Those whose single tasks take longest, the longest last: asked for first, so that none of them is under way when all else is done. */
const LONGEST = ["harm", "detection"];

export interface ResultsOptions extends LaboratoryOptions {
  /** Where `results.md` and the folder `results` are written. */
  readonly folder: string;
  /** Chapters; all where absent. */
  readonly only?: readonly string[];
}

/** Runs everything and writes the page. Returns the chapters, for a summary. */
export async function writeResults(options: ResultsOptions): Promise<readonly Section[]> {
  const { folder, budget, onProgress, only = Object.keys(SECTIONS) } = options;
  const laboratory = new Laboratory(options);
  const make = async (name: string): Promise<readonly [string, Section]> => {
    const section = await SECTIONS[name]!(laboratory);
    onProgress?.(`${name}: done`);
    return [name, section];
  };
  const made = new Map<string, Section>();
  const note = (parts: readonly (readonly [string, Section])[]): void => {
    for (const [name, section] of parts) made.set(name, section);
  };
  try {
    // All at once, so that no thread is idle at the end of a chapter; what takes the time of others' work must be alone.
    const others = only.filter((name) => name !== ALONE);
    note(await Promise.all(others.toSorted((a, b) => lengthOf(b) - lengthOf(a)).map(make)));
    if (only.includes(ALONE)) note([await make(ALONE)]);
  } finally {
    await laboratory.close();
  }
  const sections = only.map((name) => made.get(name)!);
  mkdirSync(join(folder, "results"), { recursive: true });
  for (const { file, svg } of sections.flatMap(({ figures }) => figures))
    writeFileSync(join(folder, "results", file), svg);
  writeFileSync(join(folder, "results.md"), reportOf(sections, budget));
  return sections;
}

function lengthOf(chapter: string): number {
  return LONGEST.indexOf(chapter);
}
