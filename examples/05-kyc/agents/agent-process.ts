/** Twelve agents in one process: the same program in both variants but for the gate and the span processor. */
import { nowMs } from "../clock.ts";
import { onRunMessage, tellRun } from "../messages.ts";
import type { AgentProcessSettings } from "../messages.ts";
import { seededRandom } from "../seeded-random.ts";
import { AgentPool } from "./agent-pool.ts";
import { planArrivals } from "./arrivals.ts";
import { Records } from "./records.ts";
import { startWithout } from "./without-headway.ts";

const TELL_EVERY_MS = 250;
const DISPATCH_EVERY_MS = 50;

const settings: AgentProcessSettings = JSON.parse(process.argv[2] ?? "null");
const { scenario, index, providerUrl, headwayUrl } = settings;
const name = `kyc-worker-${index}`;
const records = new Records();
// Loaded on demand: without Headway, none of it is in the process.
const gate =
  headwayUrl === undefined
    ? startWithout(name)
    : (await import("./with-headway.ts")).startWith(name, headwayUrl, heldBack);
const plan = planArrivals(scenario, index);
let startMs = Number.POSITIVE_INFINITY;
let arrived = 0;

const pool = new AgentPool({
  process: index,
  agents: Array.from({ length: scenario.agentsPerProcess }, (_, agent) => `kyc-${index}-${agent}`),
  desk: {
    gate,
    identity: { url: providerUrl, client: name, timeoutMs: scenario.attemptTimeoutMs },
    attemptsMax: scenario.attemptsMax,
    random: seededRandom(scenario.seed * 7_919 + index),
    records,
    elapsedMs,
  },
});

onRunMessage((message) => {
  switch (message.kind) {
    case "start":
      startMs = message.startMs;
      setInterval(() => pool.dispatch(), DISPATCH_EVERY_MS);
      setInterval(tell, TELL_EVERY_MS);
      awaitNextArrival();
      return;
    case "stop":
      arrived = plan.length;
      pool.stop();
      tell();
  }
});
tellRun({ kind: "ready" });

function heldBack(waitMs: number): void {
  records.heldBack(elapsedMs() - waitMs, waitMs);
}

function elapsedMs(): number {
  return nowMs() - startMs;
}

function awaitNextArrival(): void {
  const next = plan[arrived];
  if (next === undefined) return;
  setTimeout(
    () => {
      if (plan[arrived] !== next) return;
      arrived += 1;
      pool.accept(next);
      awaitNextArrival();
    },
    Math.max(0, next.arrivedMs - elapsedMs()),
  );
}

function tell(): void {
  tellRun({
    kind: "agents",
    process: index,
    atMs: elapsedMs(),
    ...records.take(),
    ...pool.waiting(),
    held: records.held,
    agentsBusy: pool.busy,
    finished: arrived === plan.length && pool.open === 0,
  });
}
