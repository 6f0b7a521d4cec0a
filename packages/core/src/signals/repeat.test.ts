import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { spacingCvMax, SPACING_CV_MAX } from "./evenness.ts";
import { seededRandom } from "./fixtures/seeded-random.ts";
import { CYCLES_MIN, Repeat } from "./repeat.ts";

interface Step {
  readonly symbol: string;
  readonly at: number;
  readonly outcome?: "ok" | "error";
  readonly digest?: number;
}

/** A clock of whole milliseconds rounds both ends of a pause, each with a variance of 1/12 ms². */
function cvOf(pauses: readonly number[]): number {
  const mean = pauses.reduce((sum, pause) => sum + pause, 0) / pauses.length;
  const squares = pauses.reduce((sum, pause) => sum + (pause - mean) ** 2, 0);
  return mean > 0 ? Math.sqrt(squares / pauses.length + 2 / 12) / mean : Infinity;
}

/** How many steps up to the last equal the one a period before, in a row. */
function matchesOf(steps: readonly Step[], period: number): number {
  const isSame = (index: number): boolean => {
    const [step, before] = [steps[index]!, steps[index - period]];
    return (
      step.symbol === before?.symbol &&
      step.outcome === before.outcome &&
      step.digest === before.digest
    );
  };
  const last = steps.length - 1;
  let matches = 0;
  while (isSame(last - matches)) matches += 1;
  return matches;
}

/** The same as told, counted anew over all the steps, with every pause kept. */
function recount(steps: readonly Step[]): number {
  const cycles = [1, 2, 3, 4].map((period) => {
    const matches = matchesOf(steps, period);
    if (matches === 0 || (period > 1 && matchesOf(steps, period === 4 ? 2 : 1) >= matches))
      return 0;
    const first = steps.length - matches;
    let pauses: number[] = [];
    for (let at = first + period - 1; at < steps.length; at += period) {
      const pause = steps[at]!.at - steps[at - period]!.at;
      pauses = cvOf([...pauses, pause]) <= SPACING_CV_MAX ? [...pauses, pause] : [pause];
    }
    const isNoChance = pauses.length > 1 && cvOf(pauses) <= spacingCvMax(period, pauses.length);
    return isNoChance ? 1 + pauses.length : 0;
  });
  return Math.max(...cycles);
}

/** What each step continues, in cycles; 0 for none. */
function cyclesAt(steps: readonly Step[]): number[] {
  const repeat = new Repeat();
  return steps.map(
    ({ symbol, at, outcome = "ok", digest = 0 }) =>
      repeat.observe(symbol, digest, outcome, at)?.cycles ?? 0,
  );
}

const cyclesOf = (steps: readonly Step[]): number => cyclesAt(steps).at(-1) ?? 0;

function every(ms: number, symbols: string): Step[] {
  return symbols.split("").map((symbol, index) => ({ symbol, at: index * ms }));
}

/** Steps whose pauses vary by exactly this part of their mean: as many a bit longer as a bit shorter. */
function varying(cv: number, pauses: number, ms = 2000): Step[] {
  let at = 0;
  const steps = [{ symbol: "a", at }];
  for (let index = 0; index < pauses; index += 1) {
    at += ms * (1 + (index % 2 === 0 ? cv : -cv));
    steps.push({ symbol: "a", at });
  }
  return steps;
}

describe("a repetition", () => {
  it.each([
    ["aaaa", 0],
    ["aaaaa", 5],
    ["aaaaaaa", 7],
    ["abababab", 0],
    ["ababababab", 5],
    ["abababababa", 5],
    ["abcabcabcabcabc", 5],
    ["abcdabcdabcdabcdabcd", 5],
    // A fifth in the cycle is beyond what is looked for.
    ["abcdeabcdeabcdeabcdeabcdeabcde", 0],
    ["aaaaxaaaa", 0],
    ["ababababaxab", 0],
  ])("of %s is %i cycles", (symbols, cycles) => {
    expect(cyclesOf(every(2000, symbols))).toBe(cycles);
  });

  it.each([
    ["a", 1],
    ["ab", 2],
  ])("of %s is one of no more than that, though two together would be even", (symbols, period) => {
    let at = 0;
    const steps = symbols
      .repeat(40)
      .split("")
      .map((symbol, index) => {
        at += Math.floor(index / period) % 2 === 0 ? 1000 : 3000;
        return { symbol, at };
      });
    expect(Math.max(...cyclesAt(steps))).toBe(0);
  });

  it("tells how long its cycle is", () => {
    const repeat = new Repeat();
    const said = every(1000, "ababababab").map(({ symbol, at }) =>
      repeat.observe(symbol, 0, "ok", at),
    );
    expect(said.at(-1)).toEqual({ cycles: 5, periodMs: 2000 });
  });

  it("needs the same outcome each time", () => {
    const steps = every(2000, "aaaaaaaa");
    expect(
      cyclesOf(steps.map((step, index) => ({ ...step, outcome: index === 4 ? "error" : "ok" }))),
    ).toBe(0);
    expect(cyclesOf(steps.map((step) => ({ ...step, outcome: "error" })))).toBe(8);
  });

  it("needs the same arguments, where the team lets them be compared", () => {
    const steps = every(2000, "aaaaaaaa");
    expect(cyclesOf(steps.map((step, index) => ({ ...step, digest: index + 1 })))).toBe(0);
    expect(cyclesOf(steps.map((step) => ({ ...step, digest: 7 })))).toBe(8);
  });

  it.each([
    [0.01, 6],
    [0.05, 9],
    [0.1, 11],
    [0.2, 16],
  ])("with pauses that vary by %d of their mean is told from its cycle %i on", (cv, cycles) => {
    const said = cyclesAt(varying(cv, 30));
    expect(said.findIndex((told) => told > 0) + 1).toBe(cycles);
    // An odd number of pauses varies a little less than an even one; from there on it is told each time.
    expect(said.slice(cycles).every((told, index) => told === cycles + 1 + index)).toBe(true);
  });

  it("is none with pauses that vary more than a program's beat does, however long", () => {
    expect(Math.max(...cyclesAt(varying(0.27, 500)))).toBe(0);
  });

  it("is what a recount of all steps finds, on any beat and with anything in between", () => {
    const beat = fc.record({
      cycle: fc.constantFrom("a", "ab", "aab", "abcd"),
      pauseMs: fc.constantFrom(1, 2, 7, 500, 60_000),
      jitter: fc.constantFrom(0, 0.001, 0.02, 0.1, 0.3, 2),
      length: fc.integer({ min: 1, max: 60 }),
      outcome: fc.constantFrom("ok", "error"),
      seed: fc.nat(),
    });
    fc.assert(
      fc.property(fc.array(beat, { minLength: 1, maxLength: 3 }), (beats) => {
        const steps: Step[] = [];
        let at = 0;
        for (const { cycle, pauseMs, jitter, length, outcome, seed } of beats) {
          const random = seededRandom(seed);
          for (let step = 0; step < length; step += 1) {
            at += pauseMs * (1 + jitter * (random() - 0.5));
            steps.push({ symbol: cycle[step % cycle.length]!, at, outcome, digest: 0 });
          }
        }
        const told = cyclesAt(steps);
        expect(told).toEqual(steps.map((_, index) => recount(steps.slice(0, index + 1))));
      }),
      { numRuns: 100 },
    );
  });

  it("begins anew with a pause out of beat, so that what was irregular may become a loop", () => {
    const irregular = every(2000, "aaa").map((step, index) => ({ ...step, at: 700 * index ** 3 }));
    const loop = every(1000, "aaaaaaaa").map((step) => ({ ...step, at: step.at + 20_000 }));
    const said = cyclesAt([...irregular, ...loop]);
    expect(said.slice(0, 6)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(said.at(-1)).toBe(8);
  });

  it("is none where all start in one instant, or end out of order: that is a fan-out", () => {
    expect(cyclesOf(every(0, "aaaaaaaaaa"))).toBe(0);
    expect(cyclesOf(every(-2000, "aaaaaaaaaa"))).toBe(0);
  });

  it("is not made by a clock of whole milliseconds", () => {
    expect(Math.max(...cyclesAt(every(1, "a".repeat(100))))).toBe(0);
    expect(cyclesOf(every(5, "a".repeat(40)))).toBe(40);
  });

  it("is never told below three cycles", () => {
    expect(CYCLES_MIN).toBe(3);
    // A beat this slow and exact is no chance after two pauses already.
    const said = cyclesAt(every(1e8, "aaaa"));
    expect(said).toEqual([0, 0, 3, 4]);
  });
});

describe("a call that fails with the same arguments each time", () => {
  const at = [0, 900, 8_000, 8_400, 31_000, 33_000];
  const failing = (digest: number): Step[] =>
    at.map((atMs) => ({ symbol: "a", at: atMs, outcome: "error", digest }));

  it("is told from the third time on, however uneven the pauses", () => {
    expect(cyclesAt(failing(7))).toEqual([0, 0, 3, 4, 5, 6]);
  });

  it("is not where nobody compared them, or where it works", () => {
    expect(Math.max(...cyclesAt(failing(0)))).toBe(0);
    expect(Math.max(...cyclesAt(failing(7).map((step) => ({ ...step, outcome: "ok" }))))).toBe(0);
  });

  it("is over when the arguments change, and begins anew with them", () => {
    const changed = failing(7).map((step, index) => (index < 3 ? step : { ...step, digest: 8 }));
    expect(cyclesAt(changed)).toEqual([0, 0, 3, 0, 0, 3]);
  });

  it.each([0, 3])("is told with what works in between each time, its digest %i", (digest) => {
    const steps = failing(7).flatMap((step): Step[] => [
      step,
      { symbol: "model", at: step.at + 100, outcome: "ok", digest },
    ]);
    expect(cyclesAt(steps).slice(0, 8)).toEqual([0, 0, 0, 0, 3, 0, 4, 0]);
  });

  it("is none where they all begin at once: that is a fan-out", () => {
    expect(Math.max(...cyclesAt(failing(7).map((step) => ({ ...step, at: 5 }))))).toBe(0);
  });
});

describe("chance", () => {
  const HOURS = 8;

  it.each(["a", "ab", "abc", "abcd"])(
    `makes no repetition of %s in ${HOURS} hours of calls at random, ten a second`,
    (cycle) => {
      const random = seededRandom(cycle.length);
      const repeat = new Repeat();
      let told = 0;
      let at = 0;
      for (let call = 0; call < HOURS * 36_000; call += 1) {
        at += -100 * Math.log(1 - random());
        // As the clock of a span tells it.
        const startMs = Math.floor(at);
        if (repeat.observe(cycle[call % cycle.length]!, 0, "error", startMs)) told += 1;
      }
      expect(told).toBe(0);
    },
  );

  it("is told from an agent that fails on a beat with two hundredths of jitter, by the ninth cycle", () => {
    const random = seededRandom(7);
    for (let agent = 0; agent < 200; agent += 1) {
      const beat = every(2000, "aaaaaaaaa").map((step): Step => ({
        ...step,
        outcome: "error",
        at: step.at + 40 * (random() - 0.5),
      }));
      expect(cyclesOf(beat)).toBe(9);
    }
  });
});
