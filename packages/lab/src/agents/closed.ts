import type { Random } from "@headway/core";
import { exponential } from "../simulation/random.ts";
import type { EventQueue } from "../simulation/event-queue.ts";
import type { Piece } from "./intensity.ts";

export interface ClosedOptions {
  readonly agents: number;
  readonly pauseMs: number;
  readonly spikes: readonly Piece[];
}

/** Time has to pass between workflows that fail at once, or a run would never end. */
const PAUSE_MS_MIN = 1;

/** Starts a workflow of the agent and says when it has ended. */
export type BeginWorkflow = (agent: number, ended: () => void) => void;

/**
 * So many agents, each starting its next workflow a pause (exponential, so that they do not march in step) after the last one ended.
 * A spike brings more agents while it lasts; those finish what they have begun.
 */
export function startClosedLoop(
  { agents, pauseMs, spikes }: ClosedOptions,
  events: EventQueue,
  random: (purpose: string) => Random,
  begin: BeginWorkflow,
): void {
  const run = (agent: number, pauses: Random, endMs: number): void => {
    const next = (): void => {
      events.after(Math.max(PAUSE_MS_MIN, exponential(pauses, pauseMs)), () => {
        if (events.nowMs < endMs) begin(agent, next);
      });
    };
    next();
  };
  for (let agent = 0; agent < agents; agent += 1) run(agent, random(`agent-${agent}`), Infinity);
  spikes.forEach(({ fromMs, value }, at) => {
    const endMs = spikes[at + 1]?.fromMs ?? Infinity;
    const extra = Math.round(agents * value) - agents;
    events.at(fromMs, () => {
      for (let agent = agents; agent < agents + extra; agent += 1)
        run(agent, random(`agent-${agent}/${at}`), endMs);
    });
  });
}
