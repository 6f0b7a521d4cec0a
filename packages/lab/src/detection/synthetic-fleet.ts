import type { DependencyWindow, Random } from "@headway/core";
import type { Outcome } from "@headway/core/signals";
import type { ArrivalTimes } from "../agents/arrival-times.ts";
import { EventQueue } from "../simulation/event-queue.ts";
import { WindowCollector } from "./synthetic-windows.ts";

/** A fleet before one dependency that neither queues nor tires: what its detectors should and should not say is known exactly. */
export interface SyntheticFleet {
  readonly dependency: string;
  readonly arrivals: ArrivalTimes;
  readonly agents: number;
  /** How an attempt that starts now goes. */
  attempt(atMs: number): { readonly durationMs: number; readonly outcome: Outcome };
  /** Pauses before each of the tries that a failed attempt causes; `attempt` is the number of the one that failed, from 1. */
  retries(attempt: number, atMs: number): readonly number[];
  /** Who makes a first attempt. */
  readonly random: Random;
}

const WINDOW_MS = 1_000;

/** One window after the other, for as many seconds; whoever has seen enough stops asking. */
export function* windowsOf(fleet: SyntheticFleet, seconds: number): Generator<DependencyWindow> {
  const events = new EventQueue();
  const collector = new WindowCollector(fleet.dependency);
  const start = (agent: string, number: number, gapMs?: number): void => {
    const open = collector.started(agent, events.nowMs, gapMs);
    const { durationMs, outcome } = fleet.attempt(events.nowMs);
    events.after(durationMs, () => {
      collector.ended(open, outcome, events.nowMs);
      if (outcome === "ok") return;
      for (const pauseMs of fleet.retries(number, events.nowMs))
        events.after(pauseMs, () => start(agent, number + 1, pauseMs));
    });
  };
  const arrive = (): void => {
    const atMs = fleet.arrivals.next();
    if (atMs === Infinity) return;
    events.at(atMs, () => {
      start(`agent-${Math.floor(fleet.random() * fleet.agents)}`, 1);
      arrive();
    });
  };
  arrive();
  for (let second = 1; second <= seconds; second += 1) {
    events.runUntil(second * WINDOW_MS);
    yield collector.close(events.nowMs);
  }
}
