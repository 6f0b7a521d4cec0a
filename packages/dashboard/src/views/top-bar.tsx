import { turnTheme } from "../draw/palette.tsx";
import { longDuration, timeOfDay } from "../format.ts";
import { nowMs } from "../clock.ts";
import { hashOf } from "../route.ts";
import { clockMs, connection, isHelpOpen, pastMs, query, shown } from "../session.tsx";
import { Mark } from "./glyph.tsx";

export function TopBar() {
  const world = shown.value;
  return (
    <header class="top">
      <a class="mark" href={hashOf({ page: "overview" })}>
        <Mark /> Headway
      </a>
      {world === null ? null : (
        <span class="soft">
          {world.tenant === "default" ? "" : `${world.tenant} · `}
          {world.mode === "" ? "" : `default mode ${world.mode}`}
        </span>
      )}
      <LinkState />
      <span class="grow" />
      <label class="search">
        <span class="hidden-label">Find a dependency</span>
        <input
          id="search"
          type="search"
          placeholder="Find a dependency"
          value={query.value}
          onInput={(event) => (query.value = event.currentTarget.value)}
        />
        <kbd>/</kbd>
      </label>
      <button type="button" class="button plain" onClick={turnTheme}>
        Theme
      </button>
      <button type="button" class="button plain" onClick={() => (isHelpOpen.value = true)}>
        Keys <kbd>?</kbd>
      </button>
    </header>
  );
}

/** Whether what is shown is live, and since when it is not: never more than is known. */
function LinkState() {
  const link = connection.value;
  // Read, so that "for 12 s" goes on.
  void clockMs.value;
  if (pastMs.value !== null)
    return (
      <span class="link-state past">
        <Sign shape="past" /> Past, not live
      </span>
    );
  switch (link.state) {
    case "live":
      return (
        <span class="link-state live" role="status">
          <Sign shape="live" /> Live{" "}
          <span class="soft mono" aria-hidden="true">
            {timeOfDay(clockMs.value)}
          </span>
        </span>
      );
    case "connecting":
      return (
        <span class="link-state connecting" role="status">
          <Sign shape="wait" /> Connecting…
        </span>
      );
    case "stale":
      return (
        <span class="link-state stale" role="status">
          <Sign shape="lost" /> Stale: silent for {longDuration(nowMs() - link.sinceMs)}
        </span>
      );
    case "lost":
      return (
        <span class="link-state lost" role="status">
          <Sign shape="lost" /> Reconnecting: {link.why}
        </span>
      );
    case "refused":
      return (
        <span class="link-state refused" role="status">
          <Sign shape="lost" /> Not let in
        </span>
      );
  }
}

export function OldNews() {
  const link = connection.value;
  void clockMs.value;
  if (pastMs.value !== null || shown.value === null) return null;
  if (link.state !== "stale" && link.state !== "lost" && link.state !== "refused") return null;
  const sinceMs = link.state === "refused" ? null : nowMs() - link.sinceMs;
  return (
    <div class="old-news" role="alert">
      NOT LIVE: what you see is as of {timeOfDay(shown.value.atMs)}
      {sinceMs === null ? "" : `, ${longDuration(sinceMs)} ago`}. Agents obey what they were last
      told until it expires.
    </div>
  );
}

function Sign({ shape }: { readonly shape: "live" | "wait" | "lost" | "past" }) {
  return (
    <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
      {shape === "live" ? <circle cx="6" cy="6" r="4.5" fill="currentColor" /> : null}
      {shape === "wait" ? (
        <circle
          cx="6"
          cy="6"
          r="4.5"
          fill="none"
          stroke="currentColor"
          stroke-width="1.6"
          stroke-dasharray="2 2"
        />
      ) : null}
      {shape === "lost" ? (
        <path d="m2 2 8 8m0-8-8 8" stroke="currentColor" stroke-width="2.2" />
      ) : null}
      {shape === "past" ? (
        <path
          d="M6 1v5H2M6 1a5 5 0 1 1-4.6 3"
          fill="none"
          stroke="currentColor"
          stroke-width="1.6"
        />
      ) : null}
    </svg>
  );
}
