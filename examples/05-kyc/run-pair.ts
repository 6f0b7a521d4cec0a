import { nowMs } from "./clock.ts";
import { startHeadway } from "./headway/headway-service.ts";
import type { RunRecord } from "./metrics/run-record.ts";
import { LiveTable } from "./report/live-table.ts";
import { paint } from "./report/paint.ts";
import { VariantRun } from "./run-variant.ts";
import { horizonMs } from "./scenario.ts";
import type { Scenario } from "./scenario.ts";

export type RecordPair = Readonly<{ without: RunRecord; with: RunRecord }>;

const ROW_EVERY_MS = 2_000;
const LEAD_MS = 500;

/** Runs both variants beside each other, each with its own provider, from the same instant and the same seed. */
export async function runPair(
  scenario: Scenario,
  title: string,
  print: (line: string) => void,
): Promise<RecordPair> {
  const { processes, agentsPerProcess, provider, seed } = scenario;
  print(paint("bold", `KYC on a degraded identity provider, ${title}, seed ${seed}`));
  print(
    `2 × ${processes} processes × ${agentsPerProcess} agents; the provider slows ${provider.slowdown} times, then recovers.`,
  );
  const headway = await startHeadway();
  const runs = await Promise.all([
    VariantRun.prepare({ variant: "without", scenario, headwayUrl: undefined }),
    VariantRun.prepare({ variant: "with", scenario, headwayUrl: headway.url }),
  ]);
  const [without, withHeadway] = runs;
  const startMs = nowMs() + LEAD_MS;
  const table = new LiveTable(
    scenario.phases,
    { without: without.recorder, with: withHeadway.recorder },
    print,
  );
  const stopTable = showTable(table, startMs, horizonMs(scenario.phases));
  const stopWatching = headway.watch((text) =>
    withHeadway.recorder.decided(nowMs() - startMs, text),
  );
  try {
    const [recordWithout, recordWith] = await Promise.all(runs.map((run) => run.run(startMs)));
    return { without: recordWithout!, with: recordWith! };
  } finally {
    stopTable();
    stopWatching();
    for (const run of runs) run.end();
    headway.stop();
  }
}

function showTable(table: LiveTable, startMs: number, untilMs: number): () => void {
  table.header();
  let rows = 0;
  const timer = setInterval(() => {
    const dueMs = (rows + 1) * ROW_EVERY_MS;
    // A report of the processes is up to a quarter of a second old; the row waits for it.
    if (nowMs() - startMs < dueMs + 300 || dueMs > untilMs) return;
    rows += 1;
    table.row(dueMs);
  }, 100);
  return () => clearInterval(timer);
}
