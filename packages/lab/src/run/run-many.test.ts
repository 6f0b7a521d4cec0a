import { describe, expect, it } from "vitest";
import { cell } from "./cells.ts";
import { runMany } from "./run-many.ts";

const SHORT = cell("a-queue-32", [
  "durationS=20",
  "measure.fromS=5",
  "measure.toS=10",
  'faults=[{ kind: slowdown, dependency: "model:llm", fromS: 5, toS: 10, factor: 4 }]',
]);

// Long ones first, so that later ones are done before them.
const JOBS = [
  { scenario: { ...SHORT, durationS: 200 }, policy: "full-jitter", seed: 1 },
  { scenario: SHORT, policy: "none", seed: 1 },
  { scenario: SHORT, policy: "oracle", seed: 2 },
  { scenario: SHORT, policy: "headway", seed: 1, headway: { name: "headway-variant" } },
];

describe("many runs", () => {
  it("give the same outcomes in threads as here, in the order of their jobs", async () => {
    const progress: string[] = [];
    const here = await runMany(JOBS, { threads: 1 });
    const threads = await runMany(JOBS, {
      threads: 2,
      onProgress: (done, all) => progress.push(`${done} of ${all}`),
    });
    expect(threads).toEqual(here);
    expect(threads.map(({ policy }) => policy)).toEqual([
      "full-jitter",
      "none",
      "oracle",
      "headway-variant",
    ]);
    expect(progress).toEqual(["1 of 4", "2 of 4", "3 of 4", "4 of 4"]);
  }, 30_000);

  it.each([1, 2])(
    "end with the error of the job that is wrong, in %d threads",
    async (threads) => {
      const jobs = [{ scenario: SHORT, policy: "nonsense", seed: 1 }, ...JOBS.slice(1)];
      await expect(runMany(jobs, { threads })).rejects.toMatchObject({
        code: "ERR_COMMAND",
        message: expect.stringContaining('"nonsense"'),
      });
    },
    30_000,
  );

  it("are none where there is no job", async () => {
    expect(await runMany([])).toEqual([]);
  });
});
