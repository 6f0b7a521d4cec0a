import { computed, effect, signal } from "@preact/signals";
import { nowMs } from "./clock.ts";
import { LiveFeed } from "./feed/live-feed.ts";
import type { Connection } from "./feed/live-stream.ts";
import { ServiceApi } from "./feed/service-api.ts";
import { byTrouble, rootCauses } from "./judge/trouble.ts";
import { hashOf, parseRoute } from "./route.ts";
import type { Route } from "./route.ts";
import { worldOf } from "./world/apply.ts";
import type { Row, World } from "./world/world.ts";

/** The page's state, in signals: each part of it redraws what reads it and nothing else. */

const TOKEN_KEY = "headway.token";
const BASE = new URL(".", document.baseURI).href;

export const connection = signal<Connection>({ state: "connecting" });
export const route = signal<Route>(parseRoute(location.hash));
export const query = signal("");
/** The row that the keyboard is on. */
export const cursor = signal<string | null>(null);
/** The dependency whose override is being written. */
export const overruling = signal<string | null>(null);
export const isHelpOpen = signal(false);

const live = signal<World | null>(null);
const past = signal<World | null>(null);
/** Not null: the page shows the past, or is about to. */
export const pastMs = signal<number | null>(null);
export const pastProblem = signal<string | null>(null);

export const shown = computed(() => (pastMs.value === null ? live.value : past.value));
export const liveAtMs = computed(() => live.value?.atMs ?? null);
export const ranked = computed<readonly Row[]>(() =>
  shown.value === null ? [] : byTrouble(shown.value),
);
export const roots = computed<ReadonlySet<string>>(() =>
  shown.value === null ? new Set<string>() : rootCauses(shown.value),
);
export const found = computed(() => {
  const words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
  return words.length === 0
    ? ranked.value
    : ranked.value.filter(({ id }) => words.every((word) => id.toLowerCase().includes(word)));
});

/** The service's clock, as it goes on between two messages; in the past it stands still. */
export const clockMs = signal(0);

/** The history is as fine as a second; asking for every pixel of a dragged slider would help nobody. */
const SETTLE_MS = 120;

let token = readToken();
let heardAtMs = 0;

export const api = new ServiceApi({ base: BASE, token: () => token, fetch: boundFetch });

const feed = new LiveFeed({
  url: new URL("v1/live", BASE).href,
  token: () => token,
  fetch: boundFetch,
  nowMs,
  random: Math.random,
  onConnection: (next) => {
    connection.value = next;
  },
  onNextFrame: (callback) => requestAnimationFrame(callback),
  onWorld: (world) => {
    heardAtMs = nowMs();
    live.value = world;
    tick();
  },
});

export function startSession(): void {
  addEventListener("hashchange", () => {
    route.value = parseRoute(location.hash);
  });
  setInterval(tick, 1_000);
  effect(() => {
    const atMs = pastMs.value;
    pastProblem.value = null;
    tick();
    if (atMs === null) {
      past.value = null;
      return;
    }
    const timer = setTimeout(() => void showPast(atMs), SETTLE_MS);
    return () => clearTimeout(timer);
  });
  feed.start();
}

export function logIn(secret: string): void {
  token = secret;
  sessionStorage.setItem(TOKEN_KEY, secret);
  feed.start();
}

export function go(next: Route): void {
  location.hash = hashOf(next);
}

async function showPast(atMs: number): Promise<void> {
  try {
    const world = worldOf(await api.viewAt(atMs));
    if (pastMs.value === atMs) past.value = world;
  } catch (error) {
    if (pastMs.value === atMs) pastProblem.value = error instanceof Error ? error.message : "";
  }
}

function tick(): void {
  const world = live.peek();
  clockMs.value = pastMs.peek() ?? (world === null ? 0 : world.atMs + nowMs() - heardAtMs);
}

function readToken(): string | null {
  return sessionStorage.getItem(TOKEN_KEY);
}

/** `fetch` without its window throws. */
function boundFetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  return fetch(input, init);
}
