import { Engine, POLICY_DEFAULT } from "@headway/core";
import { expect, it } from "vitest";
import { EventQueue } from "../simulation/event-queue.ts";
import { CoordinationService } from "./coordination-service.ts";
import { ORIGIN_MS, VirtualClock } from "./virtual-clock.ts";

function scene(): {
  events: EventQueue;
  service: CoordinationService;
  ticksMs: number[];
  report: (atMs: number, windowMs: number) => void;
} {
  const events = new EventQueue();
  const ticksMs: number[] = [];
  const service = new CoordinationService({
    engine: new Engine({ tenant: "default", policy: POLICY_DEFAULT, random: () => 0.5 }),
    clock: new VirtualClock(events),
    tickMs: 1_000,
    onChange: (_, nowMs) => ticksMs.push(nowMs - ORIGIN_MS),
  });
  service.start();
  const report = (atMs: number, windowMs: number): void => {
    events.at(atMs, () => service.takeReport({ instance: "p0", windowMs, points: [] }));
  };
  return { events, service, ticksMs, report };
}

it("ticks every interval, and full windows do not hurry it", () => {
  const { events, ticksMs, report } = scene();
  report(300, 1_000);
  report(1_300, 900);
  events.runUntil(3_000);
  expect(ticksMs).toEqual([1_000, 2_000, 3_000]);
});

it("ticks at once after a report that came early, but not twice within 100 ms", () => {
  const { events, ticksMs, report } = scene();
  report(300, 899);
  report(310, 200);
  report(320, 200);
  report(330, 200);
  report(1_050, 200);
  events.runUntil(2_000);
  expect(ticksMs).toEqual([300, 400, 1_000, 1_100, 2_000]);
});

it("takes an early tick that an interval overtook for done", () => {
  const { events, ticksMs, report } = scene();
  report(950, 200);
  report(990, 200);
  events.runUntil(1_200);
  expect(ticksMs).toEqual([950, 1_000]);
});

it("does nothing more once it is dead", () => {
  const { events, service, ticksMs, report } = scene();
  report(1_400, 200);
  report(1_410, 200);
  events.at(1_420, () => service.die());
  events.runUntil(5_000);
  expect(ticksMs).toEqual([1_000, 1_400]);
});
