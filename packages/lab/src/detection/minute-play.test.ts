import { expect, it } from "vitest";
import { MinutePlay } from "./minute-play.ts";
import type { MinuteDay } from "./minute-data.ts";

const FAULT = {
  id: 1,
  day: "d",
  system: "OnlineBoutique",
  onsetS: 600,
  type: "cpu",
  service: "till",
};

/** Quiet from 600 + 900 s on; the second half of the quiet time begins at 3,000 s. */
function dayOf(medianS: (atS: number) => number | undefined): MinuteDay {
  const atS = Array.from({ length: 75 }, (_, minute) => minute * 60);
  const edges = [{ caller: "shop", callee: "till", medianS: atS.map(medianS) }];
  return { day: "d", atS, edges, faults: [FAULT] };
}

const alarming = () => ({ observe: () => true });
const starts = (medianS: (atS: number) => number | undefined) => {
  const { trials, quiet } = new MinutePlay(dayOf(medianS), alarming);
  return {
    quiet: quiet[0]!.alarms.map(({ atS }) => atS),
    trial: trials[0]!.alarms.map(({ atS }) => atS),
  };
};

it("lets through what is half as long again and 3 ms more, whatever a detector says", () => {
  const bump = (usual: number, high: number) => (atS: number) => (atS === 3_600 ? high : usual);
  expect(starts(bump(0.01, 0.0149)).quiet).toEqual([]);
  expect(starts(bump(0.01, 0.0151)).quiet).toEqual([3_600]);
  expect(starts(bump(0.001, 0.003_9)).quiet).toEqual([]);
  expect(starts(bump(0.001, 0.004_1)).quiet).toEqual([3_600]);
});

it("counts an alarm where it begins, and leaves out minutes without calls", () => {
  const high = (atS: number) => atS >= 3_600 && atS <= 3_900;
  expect(starts((atS) => (high(atS) ? 1 : 0.01)).quiet).toEqual([3_600]);
  expect(starts((atS) => (atS === 3_720 ? undefined : high(atS) ? 1 : 0.01)).quiet).toEqual([
    3_600,
  ]);
});

it("gives a fault the alarms of its five minutes, from its onset", () => {
  expect(starts((atS) => (atS === 660 || atS === 840 ? 1 : 0.01)).trial).toEqual([60, 240]);
  expect(starts((atS) => (atS === 600 || atS === 960 ? 1 : 0.01)).trial).toEqual([]);
});

it("learns what is usual in the first half of the quiet time alone", () => {
  const seen: number[] = [];
  const counting = () => {
    let count = 0;
    return { observe: () => ((count += 1), seen.push(count), false) };
  };
  const { quiet } = new MinutePlay(
    dayOf(() => 0.01),
    counting,
  );
  expect(quiet[0]!.seconds).toBe(24 * 60);
  // The first half, of 24 minutes, is heard twice: before the 26 up to the faults' end, and before the 25 of the second half.
  expect(seen.filter((count) => count === 1)).toHaveLength(2);
  expect(seen).toHaveLength(2 * 24 + 26 + 25);
});

it("judges a day without a quiet end by its faults alone", () => {
  const { atS, edges, faults } = dayOf((each) => (each === 660 ? 1 : 0.01));
  const short = { day: "d", atS: atS.slice(0, 20), edges, faults };
  const { trials, quiet } = new MinutePlay(short, alarming);
  expect(trials[0]!.alarms.map((alarm) => alarm.atS)).toEqual([60]);
  expect(quiet).toEqual([{ seconds: 0, alarms: [], faulted: [] }]);
});
