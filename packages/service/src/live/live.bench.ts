import process from "node:process";
import { setTimeout as pause } from "node:timers/promises";
import { median } from "../api/fixtures/median.ts";
import { LiveApi } from "./fixtures/live-api.ts";
import type { FleetMood } from "./fixtures/fleet.ts";

export interface LiveBench {
  readonly name: string;
  /** CPU of a tick with one page looking, less that of a tick that nobody looks at; medians. */
  readonly frameMs: number;
  readonly tickMs: number;
  /** Of one frame; at one a second that is bytes a second for each page. */
  readonly frameBytes: number;
  readonly snapshotBytes: number;
  /** CPU of serving one more page that looks at the same frame. */
  readonly clientMs: number;
}

const FLEET = {
  processes: 100,
  agentsPerProcess: 50,
  dependencies: 500,
  dependenciesPerProcess: 50,
};
const WARM_SECONDS = 60;
const SECONDS = 30;
const CLIENTS_MORE = 9;

/** 500 dependencies, all of them called in every second, by 5,000 agents: healthy, and with twenty of them in a storm. */
export async function benchLive(): Promise<readonly LiveBench[]> {
  const benches: LiveBench[] = [];
  for (const failing of [0, 20]) {
    const api = await LiveApi.create({ fleet: FLEET });
    try {
      api.seconds(WARM_SECONDS);
      api.seconds(WARM_SECONDS / 2, { failing });
      benches.push(await benchMood(api, { failing }));
    } finally {
      await api.close();
    }
  }
  return benches;
}

async function benchMood(api: LiveApi, mood: FleetMood): Promise<LiveBench> {
  const alone = await ticks(api, mood);
  const reader = await api.opened();
  const snapshotBytes = reader.body.length;
  await ticks(api, mood);
  const before = reader.body.length;
  const watched = await ticks(api, mood);
  const frameBytes = (reader.body.length - before) / SECONDS;
  for (let more = 0; more < CLIENTS_MORE; more += 1) await api.opened();
  const crowded = await ticks(api, mood);
  return {
    name: mood.failing === 0 ? "healthy" : `${mood.failing} of ${FLEET.dependencies} in a storm`,
    frameMs: watched - alone,
    tickMs: alone,
    frameBytes,
    snapshotBytes,
    clientMs: (crowded - watched) / CLIENTS_MORE,
  };
}

/** CPU of this thread in a tick, the sending of its frame included; what arrives is read between two. */
async function ticks(api: LiveApi, mood: FleetMood): Promise<number> {
  const took: number[] = [];
  for (let second = 0; second < SECONDS; second += 1) {
    api.report(mood);
    const before = process.threadCpuUsage();
    api.coordinator.tick();
    const { user, system } = process.threadCpuUsage(before);
    took.push((user + system) / 1_000);
    await pause(20);
  }
  return median(took);
}
