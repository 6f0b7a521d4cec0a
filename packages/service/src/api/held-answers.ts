import type { ServerResponse } from "node:http";
import type { Priority } from "@headway/core/signals";
import type { Tenant } from "../runtime/tenant.ts";

type Attempt<Answer> =
  | { readonly state: "answer"; readonly answer: Answer }
  /** Tried again after the next tick, or after `againMs`, whichever comes first. */
  | { readonly state: "wait"; readonly againMs?: number };

export interface HoldOptions<Answer> {
  readonly tenant: Tenant;
  /** After a tick the most urgent try first, and of equals whoever has waited longest. */
  readonly priority: Priority;
  /** Where the answer goes: nobody waits for one whose client has left. */
  readonly response: ServerResponse;
  readonly waitMs: number;
  readonly attempt: () => Attempt<Answer>;
}

interface Waiter {
  readonly priority: Priority;
  readonly look: () => void;
  readonly giveUp: () => void;
}

interface Queue {
  readonly waiters: Set<Waiter>;
  readonly unsubscribe: () => void;
}

/** Requests whose answer waits for something to change: long-polls, and verdicts that the caller lets us wait with. */
export class HeldAnswers {
  readonly #queues = new Map<Tenant, Queue>();

  /** The answer, or undefined when the time is up, the client has left or the service closes. */
  hold<Answer>(options: HoldOptions<Answer>): Promise<Answer | undefined> {
    const { tenant, priority, response, waitMs, attempt } = options;
    return new Promise((resolve, reject) => {
      const settle = (conclude: () => void): void => {
        this.#remove(tenant, waiter);
        clearTimeout(deadline);
        clearTimeout(again);
        response.off("close", giveUp);
        conclude();
      };
      const giveUp = (): void => settle(() => resolve(undefined));
      const look = (): void => {
        clearTimeout(again);
        try {
          const found = attempt();
          if (found.state === "answer") settle(() => resolve(found.answer));
          else if (found.againMs !== undefined) again = setTimeout(look, found.againMs);
        } catch (error) {
          settle(() => reject(error));
        }
      };
      let again: NodeJS.Timeout | undefined;
      const waiter: Waiter = { priority, look, giveUp };
      const deadline = setTimeout(giveUp, waitMs);
      response.once("close", giveUp);
      this.#add(tenant, waiter);
      look();
    });
  }

  /** Ends every wait, so that the server can close. */
  close(): void {
    for (const { waiters } of this.#queues.values()) for (const { giveUp } of waiters) giveUp();
  }

  #add(tenant: Tenant, waiter: Waiter): void {
    const queue = this.#queues.get(tenant) ?? this.#open(tenant);
    queue.waiters.add(waiter);
  }

  #open(tenant: Tenant): Queue {
    const waiters = new Set<Waiter>();
    const unsubscribe = tenant.subscribe(() => {
      // What a tick has made free goes to the most urgent, not to whoever's request came first.
      const inOrder = [...waiters].toSorted((a, b) => a.priority - b.priority);
      for (const { look } of inOrder) look();
    });
    const queue = { waiters, unsubscribe };
    this.#queues.set(tenant, queue);
    return queue;
  }

  #remove(tenant: Tenant, waiter: Waiter): void {
    const queue = this.#queues.get(tenant);
    queue?.waiters.delete(waiter);
    if (queue?.waiters.size !== 0) return;
    queue.unsubscribe();
    this.#queues.delete(tenant);
  }
}
