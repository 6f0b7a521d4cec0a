/**
 * KYC on a degraded identity provider. Two fleets of 96 agents meet the same cases at the same time, one without Headway and one with it.
 * Only the provider is simulated: it is a process with workers and a queue behind real HTTP.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { bars } from "./metrics/bars.ts";
import type { RunPair } from "./metrics/bars.ts";
import { median } from "./metrics/quantile.ts";
import type { RunRecord } from "./metrics/run-record.ts";
import { summarise } from "./metrics/summary.ts";
import { parseOptions, USAGE } from "./options.ts";
import type { DemoOptions } from "./options.ts";
import { printComparison } from "./report/comparison.ts";
import { renderPage } from "./report/page.ts";
import { runPair } from "./run-pair.ts";
import type { RecordPair } from "./run-pair.ts";
import { scenario } from "./scenario.ts";

const options = parseOptions(process.argv.slice(2));
if (options === undefined) console.log(USAGE);
else process.exitCode = await demo(options);

async function demo({ runs, seed, short, json, check, out }: DemoOptions): Promise<number> {
  // With --json, standard output belongs to the machine that reads it.
  const print = (line: string): void => (json ? console.error(line) : console.log(line));
  const records: RecordPair[] = [];
  for (let run = 0; run < runs; run += 1) {
    records.push(
      await runPair(scenario({ seed: seed + run, short }), `run ${run + 1} of ${runs}`, print),
    );
  }
  const pairs = records.map(summarisePair);
  const claims = bars(pairs);
  printComparison(pairs, claims, print);
  mkdirSync(dirname(out), { recursive: true });
  writeFileSync(out, renderPage({ pairs, bars: claims, record: middleRecord(records, pairs) }));
  print(`\nPlots: ${out}`);
  if (json)
    console.log(
      JSON.stringify({ seed, runs: pairs, bars: claims }, (_, value) => jsonSafe(value), 2),
    );
  const isLost = pairs.some(
    (pair) => pair.without.conservationFaults.length + pair.with.conservationFaults.length > 0,
  );
  return isLost || (check && claims.some((claim) => !claim.isMet)) ? 1 : 0;
}

function summarisePair(records: RecordPair): RunPair {
  return { without: summarise(records.without), with: summarise(records.with) };
}

/** The plots show one run: the one whose waste with Headway is the median. */
function middleRecord(
  records: readonly RecordPair[],
  pairs: readonly RunPair[],
): Readonly<{ without: RunRecord; with: RunRecord }> {
  const middle = median(pairs.map((pair) => pair.with.attemptsWasted));
  return records[pairs.findIndex((pair) => pair.with.attemptsWasted === middle)]!;
}

/** JSON knows no infinity: a recovery that never came is null. */
function jsonSafe(value: unknown): unknown {
  return typeof value === "number" && !Number.isFinite(value) ? null : value;
}
