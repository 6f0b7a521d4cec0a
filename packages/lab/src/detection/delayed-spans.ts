import type { NezhaSpans } from "./nezha-data.ts";

export interface SpanDelay {
  /** Index of the service that every call to is delayed. */
  readonly service: number;
  readonly fromS: number;
  readonly delayS: number;
}

/**
 * The spans as they would be with a slow network to one service: half of the delay on the way there, half on the way back. All
 * that happens later in the same trace happens so much later; branches beside the delayed call are moved with it, which only a
 * trace with calls side by side can tell.
 */
export function delaySpans(spans: NezhaSpans, { service, fromS, delayS }: SpanDelay): NezhaSpans {
  const arrivals = new Map<number, number[]>();
  const answers = new Map<number, number[]>();
  for (let row = 0; row < spans.parent.length; row += 1) {
    const startS = spans.startS[row] ?? 0;
    if (!isCalled(spans, row, service) || startS < fromS) continue;
    const trace = spans.trace[row] ?? 0;
    arrivals.set(trace, [...(arrivals.get(trace) ?? []), startS]);
    answers.set(trace, [...(answers.get(trace) ?? []), startS + (spans.durationS[row] ?? 0)]);
  }
  // What starts with the request's arrival is late by it; what ends with the answer's departure is not late by that.
  const moved = (trace: number, atS: number) => {
    const before = (arrivals.get(trace) ?? []).filter((each) => each <= atS).length;
    const after = (answers.get(trace) ?? []).filter((each) => each < atS).length;
    return atS + ((before + after) * delayS) / 2;
  };
  const startS = spans.startS.map((each, row) => moved(spans.trace[row] ?? 0, each));
  const durationS = spans.durationS.map((each, row) => {
    const endS = (spans.startS[row] ?? 0) + each;
    return moved(spans.trace[row] ?? 0, endS) - (startS[row] ?? 0);
  });
  return { ...spans, startS, durationS };
}

/** Services that are called from another between the two times. */
export function calledServices(spans: NezhaSpans, fromS: number, toS: number): readonly number[] {
  const called = new Set<number>();
  for (let row = 0; row < spans.parent.length; row += 1) {
    const startS = spans.startS[row] ?? 0;
    const service = spans.service[row] ?? 0;
    if (startS >= fromS && startS < toS && isCalled(spans, row, service)) called.add(service);
  }
  return [...called].sort((a, b) => a - b);
}

function isCalled({ parent, service }: NezhaSpans, row: number, wanted: number): boolean {
  const above = parent[row] ?? -1;
  return above >= 0 && service[row] === wanted && service[above] !== wanted;
}
