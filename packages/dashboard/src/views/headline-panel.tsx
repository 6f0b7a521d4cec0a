import { useCallback, useEffect } from "preact/hooks";
import type { LiveDetection } from "@headway/service/live";
import { CanvasBox } from "../draw/canvas-box.tsx";
import type { Draw } from "../draw/canvas-box.tsx";
import { drawTrend } from "../draw/trend.ts";
import { count, duration, longDuration, percent, plural, timeOfDay } from "../format.ts";
import type { Headline } from "../judge/headline.ts";
import { AGENTS } from "../judge/neighbourhood.ts";
import { sayAction } from "../judge/say-action.ts";
import { isStanding } from "../judge/trouble.ts";
import { nameOf } from "../names.ts";
import { hashOf } from "../route.ts";
import { clockMs, overruling, pastMs } from "../session.tsx";
import type { Row, World } from "../world/world.ts";
import { Until } from "./action-tag.tsx";
import { Glyph } from "./glyph.tsx";

const GLYPHS = {
  calm: "healthy",
  recovering: "recovering",
  warn: "degraded",
  bad: "failing",
  unknown: "unknown",
};

/** Who it was, to a service without tokens. */
const NOBODY = "open";

/** Before the title of a tab among others. */
const TONES = { calm: "", recovering: "↑ ", warn: "▲ ", bad: "✕ ", unknown: "" };

/** What is wrong, what is done about it and until when, how one knows: in this order, in words. */
export function HeadlinePanel({
  headline,
  world,
  isPage = false,
}: {
  readonly headline: Headline;
  readonly world: World;
  readonly isPage?: boolean;
}) {
  const { tone, title, row, evidence } = headline;
  useEffect(() => {
    document.title = `${TONES[tone]}${title} · Headway`;
  }, [tone, title]);
  return (
    <section class={`headline ${tone}`} aria-label="What is wrong">
      <div class="badge">
        <Glyph state={GLYPHS[tone]} size={34} />
      </div>
      <div class="say">
        <h1 aria-live="polite">
          <span>{title}</span>
          {headline.isCause ? <span class="tag root">root cause</span> : null}
        </h1>
        <Cause headline={headline} world={world} />
        {row === null ? null : <Does headline={headline} row={row} world={world} />}
        {evidence === null ? <NoEvidence tone={tone} /> : <Evidence detection={evidence} />}
        {row === null ? null : <Tools row={row} isPage={isPage} />}
      </div>
      <div class="plot">
        {row === null ? (
          <FleetPlot world={world} />
        ) : (
          <EvidencePlot row={row} detection={evidence} />
        )}
      </div>
    </section>
  );
}

function Cause({ headline, world }: { readonly headline: Headline; readonly world: World }) {
  const { reached, others, row, tone } = headline;
  if (tone === "calm" || tone === "unknown") {
    const all = plural(world.rows.size + world.untoldCount, "dependency", "dependencies");
    const words =
      tone === "calm"
        ? `${all}, each within what is usual for it.`
        : `${all} so far. Detection begins when enough has been seen.`;
    return (
      <p class="cause">
        {world.rows.size === 0 ? "Point a hook or an OTLP exporter at this service." : words}
      </p>
    );
  }
  const sentences = [
    row?.rootCause && row.rootCause !== row.id ? `Because of ${nameOf(row.rootCause)}.` : "",
    headline.isCause && reached.length === 0 ? "Nothing that it calls is in trouble." : "",
    reached.length === 0 ? "" : `It drags along ${listed(reached)}.`,
    row === null ? "" : sayCallers(world, row),
    others.length === 0 ? "" : `Beside it: ${listed(others.map(({ id }) => id))}.`,
  ];
  const words = sentences.filter(Boolean).join(" ");
  return words === "" ? null : <p class="cause">{words}</p>;
}

/** Agents that call it, as the graph knows them: in one second only some of them do. */
function sayCallers({ edges }: World, { id, now }: Row): string {
  const agents = edges.find(({ from, to }) => from === AGENTS && to === id)?.agents ?? now.agents;
  const callers = agents === 0 ? "" : `${plural(agents, "agent")} call it`;
  const waiting = now.waiting === 0 ? "" : `${plural(now.waiting, "call")} wait`;
  const words = [callers, waiting].filter(Boolean).join("; ");
  return words === "" ? "" : `${words}.`;
}

function Does({
  headline: { action },
  row,
  world,
}: {
  readonly headline: Headline;
  readonly row: Row;
  readonly world: World;
}) {
  if (world.notKept.includes("actions"))
    return <p class="does">What was in force then is told in the log.</p>;
  if (action === null) {
    const why =
      row.mode === "enforce"
        ? "Nothing is held back."
        : `Nothing is held back: the policy says ${row.mode}.`;
    return <p class="does">{why}</p>;
  }
  const isHand = action.reason.code === "override";
  const who = isHand ? sayHand(row) : "Headway";
  const words = sayAction(action);
  return (
    <p class="does">
      <span class={`tag ${isHand ? "person" : "hand"}`}>
        {isHand ? "override" : isStanding(action) ? "bound" : action.action}
      </span>
      <span>
        {action.mode === "enforce"
          ? `${who} ${words}`
          : `${who} only watches (${action.mode}); it would say: ${words}`}
        {isHand && row.override !== null ? ` (“${row.override.why}”)` : ""}
      </span>
      <Until action={action} override={row.override} isLong />
    </p>
  );
}

function Evidence({ detection }: { readonly detection: LiveDetection }) {
  const sinceMs = Date.parse(detection.firedAt ?? detection.startedAt);
  return (
    <p>
      {sentence(detection.summary)}{" "}
      <span class="soft">
        Since {timeOfDay(sinceMs)}, {longDuration(clockMs.value - sinceMs)}.
      </span>
    </p>
  );
}

/** Where no tokens are set, nobody has a name. */
function sayHand({ override }: Row): string {
  return override === null || override.by === NOBODY
    ? "An override"
    : `An override by ${override.by}`;
}

/** The state moves before a claim is certain enough to fire. */
function NoEvidence({ tone }: { readonly tone: Headline["tone"] }) {
  return tone === "warn" || tone === "bad" ? (
    <p>First signs: no detection is certain yet.</p>
  ) : null;
}

function Tools({ row, isPage }: { readonly row: Row; readonly isPage: boolean }) {
  return (
    <p class="tools">
      <button
        type="button"
        class="button main"
        disabled={pastMs.value !== null}
        onClick={() => (overruling.value = row.id)}
      >
        {row.override === null ? "Overrule…" : "Change the override…"}
      </button>
      {isPage ? (
        <a class="button" href={hashOf({ page: "overview" })}>
          Back to all <kbd>Esc</kbd>
        </a>
      ) : (
        <a class="button" href={hashOf({ page: "dependency", id: row.id })}>
          Look closer
        </a>
      )}
    </p>
  );
}

function EvidencePlot({
  row,
  detection,
}: {
  readonly row: Row;
  readonly detection: LiveDetection | null;
}) {
  const atMs = row.recent.endMs;
  const isLatency =
    detection === null ||
    detection.series.metric.endsWith("Ms") ||
    detection.series.values.length < 2;
  const draw = useCallback<Draw>(
    (context, box, colours) => {
      const marks = [
        { at: detection?.firedAt, word: "fired" },
        { at: row.actions.find((action) => !isStanding(action))?.since, word: "acted" },
      ].flatMap(({ at, word }) =>
        at ? [{ secondsAgo: Math.round((atMs - Date.parse(at)) / 1_000), word }] : [],
      );
      const trend = isLatency
        ? { values: row.recent.p95Ms, lower: row.recent.p50Ms, usual: row.usualMs }
        : { values: detection.series.values, usual: detection.series.usual };
      const say = isLatency ? duration : sayer(detection.series.unit);
      drawTrend(
        context,
        box,
        colours,
        { ...trend, seconds: 60, isTroubled: detection !== null },
        { say, marks },
      );
    },
    [row, detection, isLatency, atMs],
  );
  const usual = isLatency ? row.usualMs : detection.series.usual;
  const what = isLatency
    ? "Latency, median to 95th percentile"
    : (METRICS[detection.series.metric] ?? detection.series.metric);
  return (
    <>
      <p>
        {what}
        {usual === null ? "" : ", dashed: usual"}
      </p>
      <CanvasBox draw={draw} label={`${what} of ${nameOf(row.id)}, the last minute`} />
    </>
  );
}

function FleetPlot({ world }: { readonly world: World }) {
  let attempts = 0;
  let inFlight = 0;
  let agents = 0;
  for (const { now } of world.rows.values()) {
    attempts += now.attemptsPerSecond;
    inFlight += now.inFlight;
    agents = Math.max(agents, now.agents);
  }
  return (
    <dl class="figures fleet">
      <div>
        <dt>attempts / s</dt>
        <dd>{count(Math.round(attempts))}</dd>
      </div>
      <div>
        <dt>in flight</dt>
        <dd>{count(inFlight)}</dd>
      </div>
      <div>
        <dt>dependencies</dt>
        <dd>{count(world.rows.size + world.untoldCount)}</dd>
      </div>
      <div>
        <dt>firing</dt>
        <dd>{count(world.detections.length + world.detectionsUntoldCount)}</dd>
      </div>
    </dl>
  );
}

export const METRICS: Readonly<Record<string, string>> = {
  callsPerSecond: "Calls a second",
  attemptsPerSecond: "Attempts a second",
  errorShare: "Errors and time-outs",
  throttledShare: "Throttled",
  retryShare: "Retries, share of attempts",
  p50Ms: "Median latency",
  p95Ms: "95th percentile of latency",
  p99Ms: "99th percentile of latency",
  inFlight: "Attempts in flight",
  waiting: "Calls held",
  agents: "Agents",
};

export function sayer(unit: string): (value: number) => string {
  switch (unit) {
    case "ms":
      return duration;
    case "share":
      return percent;
    default:
      return (value) => count(Math.round(value * 10) / 10);
  }
}

function listed(ids: readonly string[]): string {
  const names = ids.slice(0, 3).map(nameOf);
  const more = ids.length - names.length;
  return more === 0 ? names.join(", ") : `${names.join(", ")} and ${more} more`;
}

function sentence(text: string): string {
  const first = text.slice(0, 1).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(first) ? first : `${first}.`;
}
