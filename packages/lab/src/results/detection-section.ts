import type { DetectionReport } from "../detection/detect.ts";
import type { Interval } from "../detection/bootstrap.ts";
import type { MinutePoint } from "../detection/minute-bench.ts";
import type { SpansPoint } from "../detection/nezha-spans-bench.ts";
import { svgOf } from "./chart.ts";
import { madeDetections } from "./made-detections.ts";
import { percent, table } from "./markdown.ts";
import { figureLink } from "./section.ts";
import type { Figure, MakeSection } from "./section.ts";

/** How surely, how soon and how falsely detections are made: on labelled faults in real systems, and on loads that are made. */
export const detectionSection: MakeSection = async (laboratory) => {
  const { detectionSeeds, detectionHours } = laboratory.budget;
  const report = await laboratory.detect({
    seeds: detectionSeeds,
    hours: detectionHours,
    withCurves: detectionSeeds > WITHOUT_CURVES_BELOW,
  });
  const figures = curveFigures(report);
  return {
    title: "Detection",
    markdown: [
      INTRODUCTION,
      ...report.absent.map(
        ({ part, files }) =>
          `**${part} did not run: the data folder does not hold ${files.map((file) => `\`${file}\``).join(", ")}.**`,
      ),
      ...spanTables(report),
      ...minuteTables(report),
      ...figures.map(({ file }) => figureLink(`Recall against false alarms, ${file}`, file)),
      ...madeDetections(report),
    ].join("\n\n"),
    figures,
    bars: report.bars.map(({ name, asked, measured, isMet }) => ({
      claim: name,
      wanted: asked,
      measured,
      holds: isMet,
    })),
  };
};

/** Curves take ten times as long as the detectors as they are shipped. */
const WITHOUT_CURVES_BELOW = 10;
const INTRODUCTION = `Data: Nezha (IntelligentDDS, FSE'23, MIT), ServeGen (Alibaba, Apache-2.0), the Azure LLM inference traces (Microsoft, CC-BY-4.0), tau-bench (Sierra, MIT). The detectors are core's own with the thresholds they ship with; a threshold follows from a run length, and none was chosen on these faults. Spans go through the recorder, its reports into the engine, and the detections of its tick are the alarms. *As shipped* the recorder is told of each start and each end when it happens, as a span processor in a process tells it: the bars are of this live path, and its delays count the 5 s of an export on top all the same. *Of spans exported* it is told of spans that have ended only, 5 s later, once their trace has been silent for 1.5 s, as the service's receiver tells it; nothing is added there. The rows below these are told less, are given another run length, or are the line to beat. Minute series hold no spans: there core's drift detector stands alone. Alarms up to 20 s apart are one episode (180 s in minute series). False episodes are counted before the labelled faults; an episode at the very service that was faulted, from its fault's start to 200 s after it, is that fault's and is shown in a column of its own, and the time in which any fault is on is left out of the hours. Every other episode is false, whatever it may be in truth. Intervals are of 95 %: of shares Clopper and Pearson's, of false episodes an hour the exact Poisson one, of medians bootstraps over the faults.`;

const POINT_HEADER = [
  "",
  "named",
  "recall",
  "median s",
  "95 % s",
  "first alarm names service or its edge",
  "false episodes an hour",
  "not counted: of a fault that was on",
];

function spanTables({ spans }: DetectionReport): string[] {
  return (spans?.systems ?? []).map(({ system, day, shipped, exported, ...others }) => {
    const { ablation, matched, baselines } = others;
    const rows = [shipped, exported, ...ablation, ...matched, ...baselines].map((point) =>
      pointRow(point.name, point, point.returns.faults > 0 ? point.returns : undefined),
    );
    const header = [...POINT_HEADER, "`return` faults"];
    return `### Spans of ${system}, ${day}\n\n${table(header, rows)}`;
  });
}

function minuteTables({ minutes }: DetectionReport): string[] {
  return (minutes?.days ?? []).map(({ day, shipped, baselines }) => {
    const rows = [shipped, ...baselines].map((point) => pointRow(point.name, point));
    return `### Minute series, ${day}\n\n${table(POINT_HEADER, rows)}`;
  });
}

function pointRow(
  name: string,
  { timing, falseAlarms }: SpansPoint | MinutePoint,
  returns?: SpansPoint["returns"],
): string[] {
  return [
    name,
    `${timing.named} of ${timing.faults}`,
    interval(timing.recall, 2),
    interval(timing.medianS, 1),
    timing.p95S.toFixed(0),
    percent(timing.hitAt1, 0),
    interval(falseAlarms.perHour, 2),
    String(falseAlarms.ofFaults),
    ...(returns === undefined ? [] : [`${returns.named} of ${returns.faults}`]),
  ];
}

export function interval({ value, low, high }: Interval, digits: number): string {
  return `${value.toFixed(digits)} (${low.toFixed(digits)} to ${high.toFixed(digits)})`;
}

/** Recall against false alarms: of core's detectors at several run lengths, and of the lines to beat. */
function curveFigures({ spans, minutes }: DetectionReport): Figure[] {
  const ofSpans = (spans?.systems ?? []).map(({ system, curve, baselines }) =>
    curveFigure(`detection-${system.toLowerCase()}`, `spans of ${system}`, curve, baselines),
  );
  const ofMinutes = (minutes?.days ?? []).map(({ day, curve, baselines }) =>
    curveFigure(`detection-minutes-${day}`, `minute series of ${day}`, curve, baselines),
  );
  return [...ofSpans, ...ofMinutes].flatMap((figure) => figure ?? []);
}

function curveFigure(
  file: string,
  title: string,
  curve: readonly (SpansPoint | MinutePoint)[],
  baselines: readonly (SpansPoint | MinutePoint)[],
): Figure | undefined {
  if (curve.length === 0) return undefined;
  const line = (name: string, points: readonly (SpansPoint | MinutePoint)[]) => ({
    name,
    points: points
      .map(({ timing, falseAlarms }) => ({
        x: falseAlarms.perHour.value,
        y: timing.recall.value,
      }))
      .sort((a, b) => a.x - b.x || a.y - b.y),
  });
  const svg = svgOf({
    title: `Faults named against false episodes an hour, ${title}`,
    x: { label: "false episodes an hour" },
    y: { label: "faults named, share", domain: [0, 1] },
    hasDots: true,
    series: [line("headway", curve), { ...line("others", baselines), isReference: true }],
  });
  return { file: `${file}.svg`, svg };
}
