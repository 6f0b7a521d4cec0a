import type { DetectionReport } from "../detection/detect.ts";
import { detect } from "../detection/detect.ts";
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
  const report = await detect(laboratory.dataFolder, {
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
const INTRODUCTION = `Data: Nezha (IntelligentDDS, FSE'23, MIT), ServeGen (Alibaba, Apache-2.0), the Azure LLM inference traces (Microsoft, CC-BY-4.0), tau-bench (Sierra, MIT). The detectors are core's own with the thresholds they ship with, fed through the product's derivation; a threshold follows from a run length, and none was chosen on these faults. An alarm counts from when it could have been known: the end of the span and the delay of its export. Alarms less than 20 s apart are one episode (180 s in minute series); intervals are bootstraps over the faults.`;

const POINT_HEADER = [
  "",
  "named",
  "recall",
  "median s",
  "95 % s",
  "first alarm names service or its edge",
  "false episodes an hour",
];

function spanTables({ spans }: DetectionReport): string[] {
  return (spans?.systems ?? []).map(({ system, day, shipped, matched, baselines }) => {
    const rows = [shipped, ...matched, ...baselines].map((point) =>
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
