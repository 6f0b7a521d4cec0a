const WINDOW_S = 10;
const HELD_S = 20;
const RECOVERED_SHARE = 0.95;

export interface RecoveryInput {
  /** Per second of the run. */
  readonly offered: readonly number[];
  readonly good: readonly number[];
  /** Of the trouble. */
  readonly endS: number;
  /** How long a workflow usually takes: what is done in a window was offered so much earlier. */
  readonly lagS: number;
}

/**
 * Seconds from the trouble's end to the first from which on, 20 s long, every window of 10 s has 95 % of the workflows done that were
 * offered; Infinity: never. Offered are those that came a usual duration before: where workflows take long and arrivals are few, their
 * chance bunching alone would fail a comparison with those that come in the same window.
 */
export function recoverySeconds({ offered, good, endS, lagS }: RecoveryInput): number {
  const offeredBy = cumulative(offered);
  const goodBy = cumulative(good);
  const isGood = (fromS: number): boolean =>
    goodBy(fromS + WINDOW_S) - goodBy(fromS) >=
    RECOVERED_SHARE * (offeredBy(fromS + WINDOW_S - lagS) - offeredBy(fromS - lagS));
  let goodWindows = 0;
  for (let fromS = Math.ceil(endS); fromS + WINDOW_S <= good.length; fromS += 1) {
    goodWindows = isGood(fromS) ? goodWindows + 1 : 0;
    if (goodWindows > HELD_S - WINDOW_S) return fromS - (HELD_S - WINDOW_S) - endS;
  }
  return Infinity;
}

/** How many by a time, evenly within each second. */
function cumulative(perSecond: readonly number[]): (s: number) => number {
  const sums = [0];
  for (const count of perSecond) sums.push(sums.at(-1)! + count);
  return (s) => {
    if (s <= 0) return 0;
    const whole = Math.min(Math.floor(s), perSecond.length);
    return sums[whole]! + (s - whole) * (perSecond[whole] ?? 0);
  };
}
