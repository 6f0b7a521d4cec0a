import { randomStream } from "../simulation/random.ts";
import {
  type AgentRun,
  type LoopKind,
  readAgentRuns,
  stepsOf,
  withLoop,
} from "./loop-sequences.ts";
import { readSpanTrees } from "./loop-span-trees.ts";
import { hasLoop, type LoopWatchOptions, watchForLoop } from "./loop-watch.ts";
import { quantile } from "./synthetic-ranking.ts";

export interface LoopBenchOptions {
  /** Draws of times, and of the loop's place, for each recorded run. */
  readonly seeds: number;
}

export interface LoopBench {
  /** Span trees of other frameworks' agents, which went well: how many, and those in which a loop is said. */
  readonly trees: { readonly runs: number; readonly flagged: number };
  readonly rows: readonly LoopRow[];
}

export interface LoopRow {
  /** How the calls are seen. */
  readonly mode: string;
  readonly loop: string;
  readonly runs: number;
  readonly flagged: number;
  readonly flaggedShare: number;
  /** Of the loop's tries: how many had begun when it was said, and the share that came after. Medians over those flagged. */
  readonly tryAtFlag: number | null;
  readonly triesAfterShare: number | null;
}

const MODES: readonly (LoopWatchOptions & { readonly mode: string })[] = [
  { mode: "timing and outcome", hasDigest: false, hasStepSpans: true },
  { mode: "with the digest", hasDigest: true, hasStepSpans: true },
  { mode: "with the digest, no spans of steps", hasDigest: true, hasStepSpans: false },
];

const KINDS: readonly LoopKind[] = [
  kind({ name: "fails 5 times, asks its model in between", throughModel: true }),
  kind({ name: "fails 5 times, 2 s apart" }),
  kind({ name: "fails 20 times, 2 s apart", tries: 20 }),
  kind({ name: "fails 20 times with other arguments, 2 s apart", tries: 20, sameArguments: false }),
  kind({
    name: "fails 5 times with other arguments, asks its model in between",
    sameArguments: false,
    throughModel: true,
  }),
  kind({ name: "works 20 times, 2 s apart", tries: 20, failing: false }),
];

/**
 * Recorded dialogues as they are, where every flag is false, and with a loop put in, which is what makes the truth: labels that a
 * rule like the detector's has given to a recording would only be found again.
 */
export async function benchLoop(
  dataFolder: string,
  { seeds }: LoopBenchOptions,
): Promise<LoopBench> {
  const runs = readAgentRuns(dataFolder);
  const rows = MODES.flatMap(({ mode, ...options }) => [
    rowOf({ mode, loop: "none, went well" }, runs.filter(isGood), seeds, options),
    rowOf(
      { mode, loop: "none, failed" },
      runs.filter((run) => !isGood(run)),
      seeds,
      options,
    ),
    ...KINDS.map((loop) => rowOf({ mode, loop: loop.name }, runs, seeds, options, loop)),
  ]);
  const trees = readSpanTrees(dataFolder);
  return { trees: { runs: trees.length, flagged: trees.filter(hasLoop).length }, rows };
}

function rowOf(
  names: Pick<LoopRow, "mode" | "loop">,
  runs: readonly AgentRun[],
  seeds: number,
  options: LoopWatchOptions,
  loop?: LoopKind,
): LoopRow {
  const flags = Array.from({ length: seeds }, (_, seed) =>
    runs.map((run, index) => {
      const random = randomStream(seed, `loop/${index}`);
      const steps = stepsOf(run, random);
      return watchForLoop(loop ? withLoop(steps, loop, random) : steps, options);
    }),
  ).flat();
  const found = flags.filter((flag) => flag !== undefined);
  const tries = found.map((flag) => flag.tries);
  const tryAtFlag = loop && found.length > 0 ? quantile(tries, 0.5) : null;
  return {
    ...names,
    runs: flags.length,
    flagged: found.length,
    flaggedShare: found.length / flags.length,
    tryAtFlag,
    triesAfterShare: loop && tryAtFlag !== null ? 1 - tryAtFlag / loop.tries : null,
  };
}

function isGood(run: AgentRun): boolean {
  return run.isGood;
}

function kind(what: Partial<LoopKind> & Pick<LoopKind, "name">): LoopKind {
  return { tries: 5, failing: true, sameArguments: true, throughModel: false, ...what };
}
