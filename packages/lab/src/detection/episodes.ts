/** Alarms no further apart than this are one episode: at one window a second, and at one a minute. */
export const EPISODE_GAP_S = 20;
export const EPISODE_GAP_MINUTES_S = 180;

/** The starts of the episodes that alarms fall into. */
export function episodesOf(alarmsS: readonly number[], gapS: number): readonly number[] {
  const starts: number[] = [];
  let lastS = -Infinity;
  for (const atS of [...alarmsS].sort((a, b) => a - b)) {
    if (atS - lastS > gapS) starts.push(atS);
    lastS = atS;
  }
  return starts;
}
