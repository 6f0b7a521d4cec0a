import type { EventQueue, Planned } from "../simulation/event-queue.ts";
import type { CallDependency, Dependency, Sent } from "./plant.ts";

export interface Callee {
  readonly dependency: Dependency;
  readonly timeoutMs: number;
}

/** Calls between dependencies that nothing stands before: the time-out of the one called, and the next attempt at once. */
export function straightCalls(
  events: EventQueue,
  calleeOf: (id: string) => Callee,
): CallDependency {
  return (_from, { dependency: id, attempts }, request, done) => {
    const { dependency, timeoutMs } = calleeOf(id);
    let sent: Sent | undefined;
    let timer: Planned | undefined;
    let isOver = false;
    const attempt = (number: number): void => {
      let isOpen = true;
      const settle = (isOk: boolean): void => {
        if (!isOpen || isOver) return;
        isOpen = false;
        if (!isOk && number < attempts) return attempt(number + 1);
        isOver = true;
        done(isOk);
      };
      const mine = dependency.request(request, ({ outcome }) => {
        if (isOpen && timer) events.cancel(timer);
        settle(outcome === "ok");
      });
      sent = mine;
      timer = events.after(timeoutMs, () => {
        mine.giveUp();
        settle(false);
      });
    };
    attempt(1);
    return {
      giveUp: () => {
        if (isOver) return;
        isOver = true;
        if (timer) events.cancel(timer);
        sent?.giveUp();
      },
    };
  };
}
