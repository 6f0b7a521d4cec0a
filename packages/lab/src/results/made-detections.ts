import type { DetectionReport } from "../detection/detect.ts";
import { percent, table } from "./markdown.ts";

/** What was measured on loads and faults that are made, where the truth is known. */
export function madeDetections(report: DetectionReport): string[] {
  return [
    ...stormTables(report),
    ...silenceTables(report),
    ...rampTables(report),
    ...openAgeTables(report),
    ...cascadeTables(report),
    ...loopTables(report),
    ...efficiencyTables(report),
  ];
}

function stormTables({ storms }: DetectionReport): string[] {
  if (!storms) return [];
  const { auc, aucNearest, byReproduction } = storms;
  const ranking = [
    ["P(R > 1), as shipped", auc.certainty.toFixed(3), aucNearest.certainty.toFixed(3)],
    ["the estimate of R alone", auc.estimate.toFixed(3), aucNearest.estimate.toFixed(3)],
    [
      "Fano factor of raw arrivals (Hardiman and Bouchaud)",
      auc.naive.toFixed(3),
      aucNearest.naive.toFixed(3),
    ],
  ];
  const rows = byReproduction.map((row) => [
    `R = ${row.reproduction}`,
    row.estimate.toFixed(2),
    row.bias.toFixed(2),
    percent(row.stormShare, 0),
    row.stormDelayS.toFixed(1),
    percent(row.runawayShare, 0),
    row.runawayDelayS.toFixed(1),
  ]);
  return [
    "### Retry storms",
    `Retries with a known reproduction number on top of bursty production load. Area under the ROC curve for telling R > 1 from R ≤ 1, each second of the fault (${percent(storms.undecidedShare, 0)} of the seconds hold too few failures to say anything):`,
    table(["by", "all", "1.1 against 0.9"], ranking),
    table(["truth", "estimate", "bias", "storm said", "after s", "runaway said", "after s"], rows),
  ];
}

function silenceTables({ silence }: DetectionReport): string[] {
  if (!silence) return [];
  const rows = silence.byLoad.map(({ load, hours, episodes, naiveShare }) => [
    load,
    hours.toFixed(0),
    String(episodes.length),
    [...new Set(episodes.map(({ kind }) => kind))].join(", "),
    percent(naiveShare, 0),
  ]);
  return [
    "### Silence",
    `Fault-free bursty load for ${silence.hours.toFixed(0)} simulated hours: whatever is said is false. The last column is how often the estimator on raw arrivals sees a storm.`,
    table(["load", "hours", "episodes", "of which kinds", "naive: a storm"], rows),
  ];
}

function rampTables({ ramp }: DetectionReport): string[] {
  if (!ramp) return [];
  const rows = ramp.rows.map((row) => [
    `+${percent(row.perMinute, 0)} a minute`,
    `${row.breached} of ${row.runs}`,
    row.breachS.toFixed(0),
    row.leadS.toFixed(0),
    row.leadWorstS.toFixed(0),
    percent(row.warnedShare, 0),
    String(row.falseAlarms),
  ]);
  const header = [
    "services grow by",
    "breached",
    "breach after s",
    "lead s, median",
    "least twentieth",
    "warned 20 s ahead",
    "false",
  ];
  return [
    "### Drift before failure",
    `A breach is a 95 % quantile over ${ramp.objectiveS} s, or a time-out.`,
    table(header, rows),
  ];
}

function openAgeTables({ openAge }: DetectionReport): string[] {
  if (!openAge) return [];
  const rows = openAge.rows.map(({ fault, perSecond, withAges, withoutAges }) => [
    `${fault}, ${perSecond} a second`,
    withAges.medianS.toFixed(0),
    withoutAges.medianS.toFixed(0),
  ]);
  return [
    "### What the age of open calls is worth",
    "Calls of a language model, 20 s and more: seconds to the first detection with the hook or span processor in the process, and from finished spans alone.",
    table(["fault", "with open calls", "finished spans alone"], rows),
  ];
}

function cascadeTables({ cascades }: DetectionReport): string[] {
  if (!cascades) return [];
  const rows = cascades.rows.map((row) => [
    `${row.world}, ${row.nodes} dependencies`,
    percent(row.hit, 0),
    percent(row.hitAtFirst, 0),
    percent(row.hitByOrder, 0),
    row.cascades.toFixed(2),
  ]);
  const header = ["", "root named", "at first sight", "by who fires first", "cascades a fault"];
  return ["### Cascades", table(header, rows)];
}

function loopTables({ loops }: DetectionReport): string[] {
  if (!loops) return [];
  const rows = loops.rows.map((row) => [
    `${row.loop}; ${row.mode}`,
    String(row.runs),
    percent(row.flaggedShare, 1),
    row.tryAtFlag === null ? "" : row.tryAtFlag.toFixed(0),
    row.triesAfterShare === null ? "" : percent(row.triesAfterShare, 0),
  ]);
  const header = ["", "runs", "flagged", "at try", "tries that came after"];
  return ["### Loops", table(header, rows)];
}

function efficiencyTables({ efficiency }: DetectionReport): string[] {
  if (!efficiency) return [];
  const rows = efficiency.rows.map((row) => [
    row.name,
    row.knows ? "known" : "learnt",
    row.runLength.toExponential(0),
    row.delay.toFixed(1),
    row.bound.toFixed(1),
    row.efficiency.toFixed(2),
  ]);
  const header = ["change", "law", "run length", "delay, windows", "bound", "efficiency"];
  return [
    "### Against the bound",
    "To first order, for long run lengths, no chart is sooner than log(ARL)/KL when the change comes at its worst moment (Lorden). Run lengths here are finite and delays are means, so a row may lie above 1: it is no better than the bound, the bound is loose there.",
    table(header, rows),
  ];
}
