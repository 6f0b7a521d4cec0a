import { bulkhead } from "cockatiel";
import CircuitBreaker from "opossum";
import { createHeadway } from "./create-headway.ts";

export interface HookBench {
  /** Nanoseconds; each the median of the rounds. */
  readonly checkNs: number;
  readonly runNs: number;
  /** The call itself, awaited, with nothing around it. */
  readonly bareNs: number;
  readonly cockatielNs: number;
  readonly opossumNs: number;
  /** Median over the rounds of the ratio within one round: neighbours in time share the machine's mood. */
  readonly runPerCockatiel: number;
  readonly runPerOpossum: number;
  readonly rounds: number;
}

const ROUNDS = 9;
const CALLS = 50_000;
const CHECKS = 1_000_000;

/** A service that is not there: the hook's common path, and nothing to talk to but a closed port. */
const NOWHERE = "http://127.0.0.1:9";

/**
 * What the hook costs where nothing is restricted, beside a bulkhead (cockatiel) and a circuit breaker (opossum) around the same
 * asynchronous function in the same process. Rounds are interleaved, after a warm-up of each.
 */
export async function benchHook(): Promise<HookBench> {
  const headway = createHeadway({ url: NOWHERE, reportIntervalMs: 60_000 });
  const call = async (): Promise<number> => 1;
  const options = { dependency: "tool:bench" };
  const limit = bulkhead(1_000, 1_000);
  const breaker = new CircuitBreaker(call);
  const subjects = {
    bare: () => call(),
    run: () => headway.run(options, call),
    cockatiel: () => limit.execute(call),
    opossum: () => breaker.fire(),
  };
  try {
    for (const subject of Object.values(subjects)) await time(subject, CALLS);
    const rounds: Record<keyof typeof subjects | "check", number>[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      rounds.push({
        bare: await time(subjects.bare, CALLS),
        run: await time(subjects.run, CALLS),
        cockatiel: await time(subjects.cockatiel, CALLS),
        opossum: await time(subjects.opossum, CALLS / 5),
        check: timeSync(() => headway.check("tool:bench").retryAfterMs, CHECKS),
      });
    }
    return {
      checkNs: median(rounds.map(({ check }) => check)),
      runNs: median(rounds.map(({ run }) => run)),
      bareNs: median(rounds.map(({ bare }) => bare)),
      cockatielNs: median(rounds.map(({ cockatiel }) => cockatiel)),
      opossumNs: median(rounds.map(({ opossum }) => opossum)),
      runPerCockatiel: median(rounds.map(({ run, cockatiel }) => run / cockatiel)),
      runPerOpossum: median(rounds.map(({ run, opossum }) => run / opossum)),
      rounds: ROUNDS,
    };
  } finally {
    breaker.shutdown();
    await headway.close();
  }
}

async function time(subject: () => Promise<unknown>, count: number): Promise<number> {
  const startMs = performance.now();
  for (let done = 0; done < count; done += 1) await subject();
  return ((performance.now() - startMs) * 1e6) / count;
}

/** Adds up what comes back, so that no call can be optimised away. */
function timeSync(subject: () => number, count: number): number {
  let sum = 0;
  const startMs = performance.now();
  for (let done = 0; done < count; done += 1) sum += subject();
  const perCallNs = ((performance.now() - startMs) * 1e6) / count;
  return Number.isFinite(sum) ? perCallNs : Number.NaN;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
