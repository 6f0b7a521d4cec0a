import { useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useCallback, useEffect, useMemo, useRef } from "preact/hooks";
import { FixedCanvas } from "../draw/canvas-box.tsx";
import type { Draw } from "../draw/canvas-box.tsx";
import { drawTrend } from "../draw/trend.ts";
import { count, duration, percent, times } from "../format.ts";
import { actionOf } from "../judge/trouble.ts";
import { kindOf, nameOf } from "../names.ts";
import { cursor, found, go, query, roots, shown } from "../session.tsx";
import { isTroubled } from "../world/world.ts";
import type { Row } from "../world/world.ts";
import { ActionTag, Until } from "./action-tag.tsx";
import { Glyph } from "./glyph.tsx";
import { Panel } from "./panel.tsx";

const ROW_HEIGHT = 32;
const HEAD_HEIGHT = 25;
/** Painted above and below what is seen, so that a flick of the wheel meets no blank. */
const OVERSCAN = 4;

const SHARES = "errors, throttled, retries";

const COLUMNS = [
  "Dependency",
  "Latency, 60 s",
  "p50, to usual",
  SHARES,
  "In flight / bound",
  "Action in force, until",
];

/** Five hundred rows, of which only those in sight exist. */
export function DependencyTable() {
  const scroll = useRef<HTMLDivElement>(null);
  const rows = found.value;
  const sight = useSight(scroll);
  const at = rows.findIndex(({ id }) => id === cursor.value);
  useEffect(() => keepInSight(scroll.current, at), [at]);
  const last = Math.min(rows.length, sight.last);
  const first = Math.min(sight.first, Math.max(0, last - 1));
  return (
    <Panel title="Dependencies" note={note(rows)} className="area-table">
      <div
        class="grid-scroll"
        role="grid"
        aria-label="Dependencies by trouble"
        aria-rowcount={rows.length + 1}
        aria-colcount={COLUMNS.length}
        tabIndex={0}
        {...(at === -1 ? {} : { "aria-activedescendant": `row-${at}` })}
        ref={scroll}
      >
        <Head />
        <div class="grid-space" role="rowgroup" style={{ height: `${rows.length * ROW_HEIGHT}px` }}>
          {rows.slice(first, last).map((row, index) => (
            <TableRow
              // A place in a pool, not the row: what scrolls out is used again for what scrolls in.
              key={(first + index) % (sight.last - sight.first)}
              row={row}
              index={first + index}
              isSelected={first + index === at}
            />
          ))}
        </div>
      </div>
      {rows.length === 0 ? (
        <p class="empty">
          {query.value === "" ? "Nothing has been reported yet." : "No dependency of that name."}
        </p>
      ) : null}
    </Panel>
  );
}

/** Which rows are near enough to be painted. Told only when that changes, not at each pixel of a scroll. */
function useSight(scroll: RefObject<HTMLDivElement | null>): { first: number; last: number } {
  const sight = useSignal({ first: 0, last: 24 });
  useEffect(() => {
    const element = scroll.current;
    if (element === null) return;
    const measure = (): void => {
      const { scrollTop, clientHeight } = element;
      // In steps of a few rows: then most frames of a scroll paint no row anew.
      const first = Math.max(
        0,
        Math.floor(scrollTop / ROW_HEIGHT / OVERSCAN) * OVERSCAN - OVERSCAN,
      );
      const last = first + Math.ceil(clientHeight / ROW_HEIGHT) + 3 * OVERSCAN;
      const { first: firstNow, last: lastNow } = sight.peek();
      if (first !== firstNow || last !== lastNow) sight.value = { first, last };
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener("scroll", measure, { passive: true });
    return () => observer.disconnect();
  }, [scroll, sight]);
  return sight.value;
}

function keepInSight(element: HTMLElement | null, at: number): void {
  if (element === null || at === -1) return;
  const top = at * ROW_HEIGHT;
  const bottom = top + ROW_HEIGHT + HEAD_HEIGHT - element.clientHeight;
  if (top < element.scrollTop) element.scrollTop = top;
  else if (bottom > element.scrollTop) element.scrollTop = bottom;
}

function Head() {
  return (
    <div class="grid-top" role="rowgroup">
      <div class="grid-head" role="row" aria-rowindex={1}>
        {COLUMNS.map((column) => (
          <span key={column} role="columnheader">
            {column === SHARES ? <Shares3 /> : column}
          </span>
        ))}
      </div>
    </div>
  );
}

function note(rows: readonly Row[]): string {
  const world = shown.value;
  if (world === null) return "";
  const all = world.rows.size + world.untoldCount;
  const troubled = rows.filter(isTroubled).length;
  const most =
    world.untoldCount === 0
      ? ""
      : `, the ${count(world.rows.size)} most troubled and most used shown`;
  const these =
    query.value === ""
      ? `${count(all)} by trouble`
      : `${count(rows.length)} of ${count(all)} found`;
  return `${these}${most}; ${troubled === 0 ? "none" : count(troubled)} in trouble`;
}

function Shares3() {
  return (
    <span class="three" title={SHARES}>
      <span>err</span>
      <span>thr</span>
      <span>retry</span>
    </span>
  );
}

function TableRow({ row, index, isSelected }: TableRowProps) {
  // The same element again tells Preact that nothing is to be done: a scroll redraws new rows only.
  return useMemo(
    () => <RowLine row={row} index={index} isSelected={isSelected} />,
    [row, index, isSelected],
  );
}

interface TableRowProps {
  readonly row: Row;
  readonly index: number;
  readonly isSelected: boolean;
}

function RowLine({ row, index, isSelected }: TableRowProps) {
  const tone = row.state === "failing" ? "bad" : isTroubled(row) ? "warn" : "";
  return (
    <div
      id={`row-${index}`}
      class={`grid-row ${tone}`}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      style={{ top: `${index * ROW_HEIGHT}px` }}
      onClick={() => go({ page: "dependency", id: row.id })}
    >
      <span class="who" role="gridcell">
        <Glyph state={row.state} />
        <span class="hidden-label">{row.state}</span>
        <span class="name" title={row.id}>
          <span class="kind">{kindOf(row.id)}:</span>
          {nameOf(row.id)}
        </span>
        {roots.value.has(row.id) ? <span class="tag root">root</span> : null}
      </span>
      <span role="gridcell">
        <Band row={row} />
      </span>
      <Latency row={row} />
      <Shares row={row} />
      <Flight row={row} />
      <Act row={row} />
    </div>
  );
}

function Band({ row }: { readonly row: Row }) {
  const draw = useCallback<Draw>(
    (context, box, colours) =>
      drawTrend(context, box, colours, {
        values: row.recent.p95Ms,
        lower: row.recent.p50Ms,
        usual: row.usualMs,
        seconds: 60,
        isTroubled: isTroubled(row),
      }),
    [row],
  );
  return <FixedCanvas draw={draw} label="" width={132} height={24} />;
}

function Latency({ row: { now, usualMs } }: { readonly row: Row }) {
  const ratio =
    now.p50Ms === null || usualMs === null || usualMs === 0 ? null : now.p50Ms / usualMs;
  return (
    <span class="latency" role="gridcell">
      {duration(now.p50Ms)}{" "}
      {ratio === null ? (
        <span class="soft">–</span>
      ) : ratio >= 1.5 ? (
        <b class="hot">{times(ratio)}</b>
      ) : (
        <span class="soft">{times(ratio)}</span>
      )}
    </span>
  );
}

function Shares({ row: { now } }: { readonly row: Row }) {
  return (
    <span class="shares" role="gridcell">
      <Share word="errors" share={now.errorShare} />
      <Share word="throttled" share={now.throttledShare} />
      <Share word="retries" share={now.retryShare} />
    </span>
  );
}

/** A zero is a dot: what is not there should not be read. */
function Share({ word, share }: { readonly word: string; readonly share: number }) {
  return (
    <span class={share <= 0 ? "zero" : share >= 0.1 ? "hot" : ""}>
      <span class="hidden-label">{word} </span>
      {share <= 0 ? (
        <>
          <span aria-hidden="true">·</span>
          <span class="hidden-label">none</span>
        </>
      ) : (
        percent(share)
      )}
    </span>
  );
}

function Flight({ row: { now } }: { readonly row: Row }) {
  const { inFlight, bound, waiting } = now;
  const fill = bound === null ? 0 : Math.min(1, inFlight / Math.max(1, bound));
  return (
    <span class="flight" role="gridcell">
      <span class="numbers">
        <span>
          {count(inFlight)} / {bound === null ? "–" : count(Math.round(bound))}
        </span>
        {waiting > 0 ? <span class="soft">{count(waiting)} wait</span> : null}
      </span>
      {bound === null ? null : (
        <svg class="meter" aria-hidden="true" viewBox="0 0 100 4" preserveAspectRatio="none">
          <rect class="rail" width="100" height="4" />
          <rect class={`fill ${inFlight > bound ? "over" : ""}`} width={fill * 100} height="4" />
        </svg>
      )}
    </span>
  );
}

function Act({ row }: { readonly row: Row }) {
  const action = actionOf(row);
  return (
    <span class="act" role="gridcell">
      {action === null ? (
        <span class="soft">–</span>
      ) : (
        <>
          <ActionTag action={action} />
          <Until action={action} override={row.override} />
        </>
      )}
    </span>
  );
}
