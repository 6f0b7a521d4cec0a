import { Engine, POLICY_DEFAULT, type DependencyWindow } from "@headway/core";
import { SignalRecorder } from "@headway/core/signals";
import { expect, it } from "vitest";
import { randomStream } from "../simulation/random.ts";
import { WindowCollector } from "./synthetic-windows.ts";

const SECONDS = 60;
const DEPENDENCY = "tool:idp_lookup";

interface Try {
  readonly agent: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly outcome: "ok" | "error";
  readonly gapMs: number | undefined;
}

/** Agents that call, fail now and then, and try again, as each process' hook sees it. */
function triesOf(agents: number): readonly Try[] {
  const random = randomStream(3, "tries");
  return Array.from({ length: agents }, (_, agent) => {
    const tries: Try[] = [];
    let gapMs: number | undefined;
    // Past the last window too, so that the last ones are open at its end.
    for (let nowMs = 500 * random(); nowMs < SECONDS * 1_000;) {
      const startMs = nowMs;
      const endMs = startMs + 50 + 1_500 * random();
      const outcome = random() < 0.3 ? "error" : "ok";
      tries.push({ agent: `agent-${agent}`, startMs, endMs, outcome, gapMs });
      const pauseMs = 20 + 700 * random();
      gapMs = outcome === "error" ? pauseMs : undefined;
      nowMs = endMs + pauseMs;
    }
    return tries;
  }).flat();
}

type Event = { readonly atMs: number; readonly run: () => void };

function inOrder(events: readonly Event[], closeAt: (endMs: number) => void): void {
  const windows = Array.from({ length: SECONDS }, (_, second): Event => {
    const atMs = (second + 1) * 1_000;
    return { atMs, run: () => closeAt(atMs) };
  });
  for (const { run, atMs } of [...events, ...windows].sort((a, b) => a.atMs - b.atMs))
    if (atMs <= SECONDS * 1_000) run();
}

function collected(tries: readonly Try[]): readonly DependencyWindow[] {
  const collector = new WindowCollector(DEPENDENCY);
  const windows: DependencyWindow[] = [];
  const events = tries.flatMap(({ agent, startMs, endMs, outcome, gapMs }): Event[] => {
    let ended = (): void => undefined;
    return [
      {
        atMs: startMs,
        run: () => {
          const open = collector.started(agent, startMs, gapMs);
          ended = () => collector.ended(open, outcome, endMs);
        },
      },
      { atMs: endMs, run: () => ended() },
    ];
  });
  inOrder(events, (endMs) => windows.push(collector.close(endMs)));
  return windows;
}

/** The same through the SDK's recorders and core's engine, one process for each agent. */
function engined(tries: readonly Try[]): readonly DependencyWindow[] {
  const windows: DependencyWindow[] = [];
  const engine = new Engine({
    tenant: "default",
    policy: POLICY_DEFAULT,
    random: () => 0.5,
    detectors: () => [
      {
        kind: "degraded",
        observe: (window) => {
          windows.push(window);
          return { state: "unknown" };
        },
        state: () => ({}),
        restore: () => undefined,
      },
    ],
  });
  const recorders = new Map<string, SignalRecorder>();
  const recorderOf = (agent: string): SignalRecorder => {
    const recorder = recorders.get(agent) ?? new SignalRecorder({ instance: agent, agent });
    recorders.set(agent, recorder);
    return recorder;
  };
  const events = tries.flatMap(({ agent, startMs, endMs, outcome }): Event[] => {
    const recorder = recorderOf(agent);
    let ended = (): void => undefined;
    return [
      {
        atMs: startMs,
        run: () => {
          const run = recorder.runStarted({ dependency: DEPENDENCY, priority: 3 }, startMs);
          ended = () => recorder.runEnded(run, { outcome }, endMs);
        },
      },
      { atMs: endMs, run: () => ended() },
    ];
  });
  for (const recorder of recorders.values()) recorder.heard(0);
  inOrder(events, (endMs) => {
    for (const recorder of recorders.values()) engine.ingest(recorder.take(endMs), endMs);
    engine.tick(endMs);
  });
  return windows;
}

/** All that both know. Calls are left out: how one ends is for whoever sees all its attempts. So is self time, here the latency. */
function shared(window: DependencyWindow): unknown {
  const { attempts, retries, outcomes, inFlight, windowMs, endMs } = window;
  const { latency, latencyFailed, retryGap, ages, agentAttempts, agentRetries } = window;
  return {
    numbers: { attempts, retries, inFlight, windowMs, endMs, ...outcomes },
    agents: [agentAttempts, agentRetries].map((counts) => Object.fromEntries(counts)),
    // Sums differ in their last digit with the order of adding.
    histograms: [latency, latencyFailed, retryGap, ages].map(
      (data) => data && { ...data, sum: undefined },
    ),
  };
}

it("makes the windows that recorders and the engine make of the same attempts", () => {
  const tries = triesOf(12);
  const ours = collected(tries);
  expect(ours).toHaveLength(SECONDS);
  expect(ours.map(shared)).toEqual(engined(tries).map(shared));
  expect(ours.some(({ retries }) => retries > 0)).toBe(true);
});
