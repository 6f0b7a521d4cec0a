/**
 * Splits whole slots max-min fair over demands: one to each in turn until the slots are gone or everybody has what they want. Who
 * comes first in the last, partial round is the place `from`, so that those who got nothing this time are served the next.
 */
export function wholeShares(slots: number, demands: readonly number[], from: number): number[] {
  const shares = demands.map(() => 0);
  let left = Math.floor(slots);
  for (let isAnyHungry = true; left > 0 && isAnyHungry;) {
    isAnyHungry = false;
    for (let turn = 0; turn < demands.length && left > 0; turn += 1) {
      const at = (from + turn) % demands.length;
      if (shares[at]! >= demands[at]!) continue;
      shares[at]! += 1;
      left -= 1;
      isAnyHungry = true;
    }
  }
  return shares;
}
