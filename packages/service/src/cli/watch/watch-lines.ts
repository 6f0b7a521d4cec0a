import type { LiveAction, LiveDependency, LiveLogEntry } from "../../live/live-view.ts";
import type { WatchDetection, WatchView } from "./fold-live.ts";
import { colourOfState } from "./paint.ts";
import type { Paint } from "./paint.ts";
import { cut, tableLines } from "./table-lines.ts";
import type { Column } from "./table-lines.ts";
import {
  boundText,
  clockText,
  milliseconds,
  perSecond,
  share,
  untilText,
} from "./watch-numbers.ts";

export interface WatchFrame {
  readonly view: WatchView | null;
  /** What is to be said of the line to the service. */
  readonly connection: string;
  readonly isLive: boolean;
  readonly url: string;
  readonly dependency: string | undefined;
  readonly columns: number;
  readonly rows: number;
  /** Dependencies scrolled past. */
  readonly offset: number;
  readonly paint: Paint;
}

/** Lines of the screen that are no list: head, the lists' own heads, the space between, foot. */
const FIXED = 9;
const LIST_MIN = 3;

/** An operator looks at a dependency that is held by hand, too, but it is not in trouble. */
const WELL: ReadonlySet<string> = new Set(["healthy", "unknown"]);

/** The whole screen, as many lines as it has rows at most: what is wrong, what is done about it, and why. */
export function watchLines(frame: WatchFrame): readonly string[] {
  const { view, rows } = frame;
  if (view === null) return [headOf(frame), "", "Waiting for the service …"];
  const dependencies = shownDependencies(view, frame);
  const detections = [...view.detections.values()]
    .filter(({ dependency }) => isMeant(dependency, frame))
    .toSorted((a, b) => b.severity - a.severity);
  const log = view.log.filter(({ dependency }) => isMeant(dependency, frame));

  const room = Math.max(rows - FIXED, LIST_MIN * 3);
  const detectionRoom = Math.min(Math.max(detections.length, 1), Math.floor(room / 4) + 1);
  const logRoom = Math.min(Math.max(log.length, 1), Math.floor(room / 4) + 1);
  const dependencyRoom = room - detectionRoom - logRoom;
  const offset = Math.min(frame.offset, Math.max(dependencies.length - dependencyRoom, 0));
  const shown = dependencies.slice(offset, offset + dependencyRoom);
  return [
    headOf(frame),
    summaryOf(view, frame),
    "",
    ...dependencyLines(shown, view, frame),
    moreOf(
      dependencies.length - offset - shown.length + view.dependenciesUntold,
      "dependencies",
      frame,
    ),
    frame.paint(
      "bold",
      `FIRING${detections.length === 0 ? "" : ` ${detections.length + view.detectionsUntold}`}`,
    ),
    ...detectionLines(detections.slice(0, detectionRoom), frame),
    frame.paint("bold", "LOG"),
    ...logLines(log.slice(0, logRoom), frame),
    "",
    frame.paint("dim", cut("q quit   ↑ ↓ scroll", frame.columns)),
  ].slice(0, rows);
}

function isMeant(dependency: string | null, frame: WatchFrame): boolean {
  return frame.dependency === undefined || dependency === frame.dependency;
}

/** The most troubled first; of those as troubled, the busiest. */
export function shownDependencies(
  view: WatchView,
  frame: Pick<WatchFrame, "dependency">,
): readonly LiveDependency[] {
  return [...view.dependencies.values()]
    .filter(({ id }) => frame.dependency === undefined || id === frame.dependency)
    .toSorted(
      (a, b) =>
        b.trouble - a.trouble ||
        b.now.callsPerSecond - a.now.callsPerSecond ||
        (a.id < b.id ? -1 : 1),
    );
}

function headOf({ view, connection, isLive, url, columns, paint }: WatchFrame): string {
  const tenant = view === null || view.tenant === "default" ? "" : `  ${view.tenant}`;
  const name = `headway  ${url}${tenant}  `;
  const said = view === null ? connection : `${connection} ${clockText(view.serverTime)}`;
  const head = cut(name + said, columns);
  return isLive ? paint("bold", head) : paint("inverse", head);
}

function summaryOf({ dependencies, savings, connections }: WatchView, frame: WatchFrame): string {
  const troubled = [...dependencies.values()].filter(({ state }) => !WELL.has(state)).length;
  const processes = connections.stream + connections.poll + connections.reportsOnly;
  const parts = [
    troubled === 0 ? "no trouble" : `${troubled} of ${dependencies.size} in trouble`,
    `${processes} ${processes === 1 ? "process" : "processes"}${connections.stale > 0 ? `, ${connections.stale} stale` : ""}`,
    `${savings.callsHeld} calls held`,
    `${savings.callsTurnedAway} turned away`,
    `${Math.round(savings.secondsWaited)} s waited`,
  ];
  return cut(parts.join("   "), frame.columns);
}

function dependencyLines(
  shown: readonly LiveDependency[],
  { serverTime }: WatchView,
  { paint, columns }: WatchFrame,
): readonly string[] {
  const actionOf = ({ actions, override }: LiveDependency): string => {
    const [strictest] = actions;
    if (strictest === undefined) return "-";
    const bound = shapeText(strictest);
    const by = override === null ? "" : " by hand";
    return `${strictest.action}${bound}${by}${strictest.mode === "enforce" ? "" : ` (${strictest.mode})`}`;
  };
  const table: readonly Column<LiveDependency>[] = [
    {
      title: "DEPENDENCY",
      cell: ({ id, isRoot }) => (isRoot ? `${id} ◀ root` : id),
      isFlexible: true,
      paint: (text, { isRoot }) => (isRoot ? paint("bold", text) : text),
    },
    {
      title: "STATE",
      cell: ({ state }) => state,
      paint: (text, { state }) => paint(colourOfState(state), text),
    },
    { title: "P50", cell: ({ now }) => milliseconds(now.p50Ms), isRight: true },
    { title: "USUAL", cell: ({ usualMs }) => milliseconds(usualMs), isRight: true },
    { title: "ERR", cell: ({ now }) => share(now.errorShare), isRight: true },
    {
      title: "FLIGHT",
      cell: ({ now }) => `${now.inFlight}/${boundText(now.bound)}`,
      isRight: true,
    },
    {
      title: "ACTION",
      cell: actionOf,
      paint: (text, { actions }) => (actions.length === 0 ? text : paint("yellow", text)),
    },
    {
      title: "UNTIL",
      // A decision is renewed as long as it stands; what an operator set ends when they said.
      cell: ({ actions: [strictest], override }) =>
        strictest === undefined ? "-" : untilText((override ?? strictest).until, serverTime),
      isRight: true,
    },
    { title: "429", cell: ({ now }) => share(now.throttledShare), isRight: true },
    { title: "RETRY", cell: ({ now }) => share(now.retryShare), isRight: true },
    {
      title: "WAIT",
      cell: ({ now }) => (now.waiting === 0 ? "-" : String(now.waiting)),
      isRight: true,
    },
    { title: "CALLS/S", cell: ({ now }) => perSecond(now.callsPerSecond), isRight: true },
    { title: "P95", cell: ({ now }) => milliseconds(now.p95Ms), isRight: true },
  ];
  const { head, lines } = tableLines(table, shown, columns);
  return [paint("bold", head), ...lines];
}

function shapeText({ shape }: LiveAction): string {
  if (shape?.concurrency !== undefined) return ` ${shape.concurrency}`;
  return shape?.ratePerSecond === undefined ? "" : ` ${shape.ratePerSecond}/s`;
}

function moreOf(count: number, what: string, { paint }: WatchFrame): string {
  return count > 0 ? paint("dim", `… ${count} more ${what}`) : "";
}

function detectionLines(
  detections: readonly WatchDetection[],
  { paint, columns }: WatchFrame,
): readonly string[] {
  if (detections.length === 0) return [paint("dim", "nothing")];
  return tableLines<WatchDetection>(
    [
      { title: "", cell: ({ firedAt, startedAt }) => clockText(firedAt ?? startedAt) },
      { title: "", cell: ({ kind }) => kind, paint: (text) => paint("red", text) },
      { title: "", cell: ({ dependency }) => dependency },
      { title: "", cell: ({ summary }) => summary, isFlexible: true },
    ],
    detections,
    columns,
  ).lines;
}

function logLines(log: readonly LiveLogEntry[], { paint, columns }: WatchFrame): readonly string[] {
  if (log.length === 0) return [paint("dim", "nothing yet")];
  return tableLines<LiveLogEntry>(
    [
      { title: "", cell: ({ at }) => clockText(at) },
      { title: "", cell: ({ kind }) => kind },
      { title: "", cell: ({ dependency }) => dependency ?? "" },
      { title: "", cell: ({ summary }) => summary, isFlexible: true },
    ],
    log,
    columns,
  ).lines;
}
