import { atMostOnAverage } from "./bars.ts";
import { svgOf } from "./chart.ts";
import { troubleTable, withoutCoordinator } from "./coordinator-lost.ts";
import { DISOBEYING, disobedience } from "./disobedience.ts";
import { HEADWAY, ORACLE } from "./comparison.ts";
import { estimate } from "../run/estimate.ts";
import type { Estimate } from "../run/estimate.ts";
import type { Laboratory } from "./laboratory.ts";
import { percent } from "./markdown.ts";
import { pathCurve, varied } from "./path-curves.ts";
import { figureLink } from "./section.ts";
import type { Bar, MakeSection } from "./section.ts";

const CELLS = [
  "a-queue-256",
  "a-queue-32",
  "b-queue-256",
  "b-queue-32",
  "c-queue-256",
  "c-queue-32",
];
/** With a queue of its own the provider suffers most from who does not obey. */
const DEEP = ["a-queue-256", "b-queue-256", "c-queue-256"];
const ALONE = ["a-queue-256", "c-queue-256"];
const USUAL_MS = 200;
const LATE_MS = 1_000;
const STALENESS_MS = [0, 100, USUAL_MS, 500, LATE_MS, 2_000, 5_000];
const SHARES = [0, 0.1, 0.2, DISOBEYING, 0.5, 0.75, 1];
/** A decision that is a second late may cost so much of the oracle's goodput more than one of 200 ms. */
const LATE_COST_MAX = 0.1;

/** What happens when the way to the coordinator and back is slow, lossy, ignored or cut. */
export const pathSection: MakeSection = async (laboratory) => {
  const { seeds, seedsPath } = laboratory.budget;
  const [staleness, obedience, late, disobeyed, alone, troubles] = await Promise.all([
    pathCurve(laboratory, {
      cells: CELLS,
      setting: "stalenessMs",
      values: STALENESS_MS,
      barred: [USUAL_MS, LATE_MS],
      seeds,
    }),
    pathCurve(laboratory, {
      cells: DEEP,
      setting: "disobeying",
      values: SHARES,
      barred: [DISOBEYING],
      seeds: seedsPath,
    }),
    Promise.all(CELLS.map((cell) => lateBar(laboratory, cell))),
    disobedience(laboratory, DEEP),
    withoutCoordinator(laboratory, ALONE),
    troubleTable(laboratory),
  ]);
  return {
    title: "The way there and back",
    markdown: [
      "Goodput in the fault, of the oracle's, by how old what a decision was made from is when it arrives:",
      figureLink("Goodput by staleness", "staleness.svg"),
      "… and by how many of the processes ignore what they are told:",
      figureLink("Goodput by obedience", "obedience.svg"),
      "A process that does not obey calls at once and repeats as it is configured, whatever the policy: a rival is compared with the same processes deaf to it, and what those send passes no proxy. Only DAGOR, which stands inside the dependency, cannot be passed by. Where Headway or the lease prototype decides, such a process reports all the same.",
      disobeyed.markdown,
      alone.markdown,
      troubles,
    ].join("\n\n"),
    figures: [
      { file: "staleness.svg", svg: svgOf(staleness.chart("staleness, ms")) },
      {
        file: "obedience.svg",
        svg: svgOf(obedience.chart("share of the processes that do not obey")),
      },
    ],
    bars: [...late, ...disobeyed.bars, ...alone.bars],
  };
};

async function lateBar(laboratory: Laboratory, cell: string): Promise<Bar> {
  const { seeds } = laboratory.budget;
  const at = async (ms: number) =>
    laboratory.runs([varied(laboratory, cell, "stalenessMs", ms)], [HEADWAY], seeds);
  const [usual, late, oracle] = await Promise.all([
    at(USUAL_MS),
    at(LATE_MS),
    laboratory.runs([laboratory.scenario(cell)], [ORACLE], seeds),
  ]);
  const lost: Estimate = estimate(
    usual.map(
      ({ measures }, seed) =>
        (measures.goodput - late[seed]!.measures.goodput) / oracle[seed]!.measures.goodput,
    ),
  );
  return atMostOnAverage(`${cell}: lost when decisions are 1 s late`, LATE_COST_MAX, lost, percent);
}
