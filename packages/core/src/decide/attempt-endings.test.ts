import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AttemptEndings } from "./attempt-endings.ts";
import { timesOf } from "./fixtures/seconds.ts";

const IN_FLIGHT = 200;
const SECONDS = 4;

/** What is seen of attempts that take a second in the mean, so many in flight at any time, where `left` outlive an age. */
function seenOf(left: (ageS: number) => number): AttemptEndings {
  const steps = Array.from({ length: 1_000 }, (_, at) => at / 100);
  const ages = steps.map((age) => [age + 0.005, IN_FLIGHT * 0.01 * left(age + 0.005)] as const);
  const took = steps.map(
    (age) => [age + 0.005, IN_FLIGHT * SECONDS * (left(age) - left(age + 0.01))] as const,
  );
  const { ages: all, took: ended } = { ages: timesOf(ages), took: timesOf(took) };
  return new AttemptEndings({ took: ended, seconds: SECONDS, ages: all, attemptS: 1 });
}

const exponential = (ageS: number): number => Math.exp(-ageS);
/** All take nine tenths to eleven tenths of a second. */
const even = (ageS: number): number => Math.min(Math.max((1.1 - ageS) / 0.2, 0), 1);

describe("how soon an attempt ends that is open for some time", () => {
  it("is the sooner the older it is, where all take about as long", () => {
    const endings = seenOf(even);
    expect(endings.chance(0.1, 0.5)).toBeLessThan(0.05);
    expect(endings.chance(0.45, 0.5)).toBeGreaterThan(endings.chance(0.1, 0.5) + 0.1);
    expect(endings.chance(0.7, 0.5)).toBeGreaterThan(0.6);
    expect(endings.chance(0.9, 0.5)).toBeGreaterThan(0.9);
  });

  it.each([0, 0.3, 1, 2])("is the same at an age of %d s, where age says nothing", (ageS) => {
    expect(seenOf(exponential).chance(ageS, 0.5)).toBeCloseTo(1 - Math.exp(-0.5), 1);
  });

  it.each([0, 1, 60])("is what the mean says at an age of %d s, where nothing was seen", (ageS) => {
    const endings = new AttemptEndings({
      took: undefined,
      seconds: 0,
      ages: undefined,
      attemptS: 2,
    });
    expect(endings.chance(ageS, 0.5)).toBeCloseTo(1 - Math.exp(-0.25));
  });

  it("is next to none, where many are open for longer than any that ended", () => {
    const ages = timesOf([[30, 500]]);
    const hanging = new AttemptEndings({ took: timesOf([[1, 50]]), seconds: 2, ages, attemptS: 1 });
    expect(hanging.chance(29.9, 0.5)).toBeLessThan(0.01);
  });

  it("is not made certain by the one that ended", () => {
    const one = new AttemptEndings({
      took: timesOf([[1, 1]]),
      seconds: 2,
      ages: undefined,
      attemptS: 1,
    });
    expect(one.chance(0.9, 0.5)).toBeLessThan(0.5);
  });

  it("is from 0 to 1, whatever was seen", () => {
    const times = fc.array(
      fc.tuple(fc.double({ min: 0.001, max: 1_000, noNaN: true }), fc.nat({ max: 500 })),
    );
    const some = fc.double({ min: 0, max: 1_000, noNaN: true });
    fc.assert(
      fc.property(
        times,
        times,
        some,
        some,
        some,
        some,
        (took, ages, seconds, attemptS, ageS, withinS) => {
          const endings = new AttemptEndings({
            took: timesOf(took),
            seconds,
            ages: timesOf(ages),
            attemptS,
          });
          const chance = endings.chance(ageS, withinS);
          expect(chance).toBeGreaterThanOrEqual(0);
          expect(chance).toBeLessThanOrEqual(1);
        },
      ),
    );
  });
});
