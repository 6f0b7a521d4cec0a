import fc from "fast-check";
import { expect, it } from "vitest";
import { EventQueue } from "../simulation/event-queue.ts";
import { VirtualClock } from "./virtual-clock.ts";

it("measures the same durations to the last bit, however many milliseconds it is off", () => {
  const ms = fc.double({ min: 0, max: 86_400_000, noNaN: true });
  const skew = fc.integer({ min: -86_400_000, max: 86_400_000 });
  fc.assert(
    fc.property(ms, ms, skew, (a, b, skewMs) => {
      const durationOn = (clock: VirtualClock, events: EventQueue): number => {
        events.runUntil(Math.min(a, b));
        const startMs = clock.now();
        events.runUntil(Math.max(a, b));
        return clock.now() - startMs;
      };
      const [right, off] = [new EventQueue(), new EventQueue()];
      expect(durationOn(new VirtualClock(off, skewMs), off)).toBe(
        durationOn(new VirtualClock(right), right),
      );
    }),
  );
});

it("runs what is scheduled in virtual time, once, unless that was cancelled", () => {
  const events = new EventQueue();
  const clock = new VirtualClock(events, -500);
  const ran: string[] = [];
  clock.schedule(() => ran.push("late"), 100);
  clock.schedule(() => ran.push("never"), 50)();
  clock.schedule(() => ran.push("now"), -5);
  events.runUntil(99);
  expect(ran).toEqual(["now"]);
  events.runUntil(1_000);
  expect(ran).toEqual(["now", "late"]);
});
