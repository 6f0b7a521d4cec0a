import { AsyncLocalStorage, AsyncResource } from "node:async_hooks";
import type { Priority, RunHandle } from "@headway/core/signals";
import type { HeldPlace } from "./run/held-place.ts";

/** What code inside a call inherits from it. */
export interface CallContext {
  readonly agent: string | undefined;
  readonly workflow: string | undefined;
  readonly priority: Priority | undefined;
  /** The innermost run. */
  readonly run: RunHandle | undefined;
  /** The places that it and the runs around it hold. */
  readonly held: HeldPlace | undefined;
}

export interface InheritedContext {
  /** Who calls: the agent's name. */
  readonly agent?: string;
  /** Id of the unit of work, where there is no trace. */
  readonly workflow?: string;
  readonly priority?: Priority;
}

const storage = new AsyncLocalStorage<CallContext>();

export function callContext(): CallContext | undefined {
  return storage.getStore();
}

/**
 * As `storage.run(context, fn)`, on the path of every call. `run` makes one frame to enter the context and another to restore
 * the one before; a resource, which is small, puts the very frame back. A frame is a copied map: half of the cost.
 */
export function runInContext<T>(context: CallContext, fn: () => T): T {
  return new AsyncResource("HEADWAY_CALL").runInAsyncScope(enter<T>, undefined, context, fn);
}

function enter<T>(context: CallContext, fn: () => T): T {
  storage.enterWith(context);
  return fn();
}

/** Runs `fn` so that every Headway call in it, however deep, has this agent, workflow or priority unless it says otherwise. */
export function withContext<T>(inherited: InheritedContext, fn: () => T): T {
  const outer = storage.getStore();
  return storage.run(
    {
      agent: inherited.agent ?? outer?.agent,
      workflow: inherited.workflow ?? outer?.workflow,
      priority: inherited.priority ?? outer?.priority,
      run: outer?.run,
      held: outer?.held,
    },
    fn,
  );
}
