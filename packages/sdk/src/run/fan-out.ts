export interface FanOutOptions {
  /** How many may be under way now; asked before each start, since decisions change meanwhile. At least 1 is used. */
  readonly widthNow: () => number;
  /** Once it is aborted nothing more is started, and the result is its reason. */
  readonly signal: AbortSignal | undefined;
}

/**
 * Runs `work` over `items` with a bounded number under way, and resolves to the results in the order of the items. Rejects with
 * the first failure, as `Promise.all` does; unlike it, starts nothing new after one.
 */
export function fanOut<I, O>(
  items: Iterable<I>,
  work: (item: I, index: number) => Promise<O>,
  options: FanOutOptions,
): Promise<O[]> {
  return new Promise((resolve, reject) => {
    const results: O[] = [];
    const source = items[Symbol.iterator]();
    let [started, underWay, isOver, isDrained] = [0, 0, false, false];

    const fail = (error: unknown): void => {
      isOver = true;
      reject(error);
    };
    const launch = (item: I, index: number): void => {
      underWay += 1;
      work(item, index).then((value) => {
        results[index] = value;
        underWay -= 1;
        pump();
      }, fail);
    };
    const pump = (): void => {
      if (isOver) return;
      if (options.signal?.aborted === true) return fail(options.signal.reason);
      try {
        while (!isDrained && underWay < Math.max(1, options.widthNow())) {
          const next = source.next();
          if (next.done === true) isDrained = true;
          else launch(next.value, started++);
        }
      } catch (error) {
        return fail(error);
      }
      if (isDrained && underWay === 0) resolve(results);
    };
    pump();
  });
}
