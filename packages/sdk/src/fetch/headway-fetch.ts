import type { Headway } from "../headway.ts";
import { NotNow } from "../not-now.ts";
import type { GuardOptions } from "./guard-options.ts";
import { httpDependency } from "./http-dependency.ts";
import { refusalResponse } from "./refusal-response.ts";

type FetchFunction = typeof globalThis.fetch;

/**
 * A `fetch` whose requests go through the hook, each attempt by itself: give it to a client library that takes one, below its own
 * retries. Reads the address' host, the status and the headers that say when to come back; nothing else.
 */
export function headwayFetch(
  headway: Headway,
  options: GuardOptions = {},
  fetch: FetchFunction = globalThis.fetch,
): FetchFunction {
  const dependencyOf = options.dependency ?? httpDependency;
  return async (input, init) => {
    const dependency = dependencyOf(new URL(input instanceof Request ? input.url : input));
    if (dependency === undefined) return fetch(input, init);
    const signal = init?.signal ?? (input instanceof Request ? input.signal : undefined);
    const { priority, agent, waitMs } = options;
    let hasStarted = false;
    try {
      return await headway.run(
        {
          dependency,
          ...(priority === undefined ? {} : { priority }),
          ...(agent === undefined ? {} : { agent }),
          ...(waitMs === undefined ? {} : { waitMs }),
          ...(signal === undefined ? {} : { signal }),
        },
        () => {
          hasStarted = true;
          return fetch(input, init);
        },
      );
    } catch (error) {
      if (options.refusal !== "response" || hasStarted || !(error instanceof NotNow)) throw error;
      return refusalResponse(error);
    }
  };
}
