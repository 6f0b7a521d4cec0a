import { longDuration, timeOfDay } from "../format.ts";
import { clockMs, liveAtMs, pastMs, pastProblem, shown } from "../session.tsx";

/** What `GET /v1/live?at=` reaches back to: the seconds that the engine keeps. */
const REACH_MS = 15 * 60_000;
const STEP_MS = 1_000;

/** Goes back over what was kept. The page says at every place that it shows the past. */
export function TimeBar() {
  const nowMs = liveAtMs.value;
  if (nowMs === null) return null;
  const atMs = pastMs.value;
  const value = atMs === null ? 0 : Math.max(-REACH_MS, atMs - nowMs);
  return (
    <footer class={`time-bar ${atMs === null ? "" : "past"}`}>
      <label for="time">Time</label>
      <span class="soft">−{longDuration(REACH_MS)}</span>
      <input
        id="time"
        type="range"
        min={-REACH_MS}
        max={0}
        step={STEP_MS}
        value={value}
        aria-valuetext={atMs === null ? "now" : `${timeOfDay(atMs)}, ${longDuration(-value)} ago`}
        onInput={(event) => travel(nowMs, event.currentTarget.valueAsNumber)}
      />
      <span class="soft">
        {atMs === null ? `now, ${timeOfDay(clockMs.value)}` : timeOfDay(atMs)}
      </span>
      <button
        type="button"
        class="button"
        disabled={atMs === null}
        onClick={() => (pastMs.value = null)}
      >
        Back to now <kbd>l</kbd>
      </button>
    </footer>
  );
}

function travel(nowMs: number, offsetMs: number): void {
  pastMs.value = offsetMs === 0 ? null : nowMs + offsetMs;
}

/** Steps through the past by keys. */
export function stepTime(byMs: number): void {
  const nowMs = liveAtMs.peek();
  if (nowMs === null) return;
  const nextMs = (pastMs.peek() ?? nowMs) + byMs;
  pastMs.value = nextMs >= nowMs ? null : Math.max(nextMs, nowMs - REACH_MS);
}

const PARTS: Readonly<Record<string, string>> = {
  actions: "actions in force",
  usual: "what was usual",
};

export function PastNews() {
  const atMs = pastMs.value;
  if (atMs === null) return null;
  const nowMs = liveAtMs.value ?? atMs;
  const missing = shown.value?.notKept.map((part) => PARTS[part] ?? part) ?? [];
  return (
    <div class="past-news" role="status">
      THE PAST: {timeOfDay(atMs)}, {longDuration(nowMs - atMs)} ago.{" "}
      {pastProblem.value ?? (missing.length === 0 ? "" : `Not kept: ${missing.join(", ")}.`)} Press{" "}
      <b>l</b> to come back to now.
    </div>
  );
}
