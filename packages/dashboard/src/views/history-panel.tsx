import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { LiveHistory } from "@headway/service/live";
import { palette } from "../draw/palette.tsx";
import type { HistoryCharts } from "../draw/history-charts.tsx";
import type { Row } from "../world/world.ts";
import { Panel } from "./panel.tsx";

const CHARTS = [
  {
    name: "latency",
    title: "Latency",
    note: "median and 95th percentile of attempts that ended ok; dashed: usual, where it is known",
  },
  { name: "attempts", title: "Attempts", note: "a second, and what became of them" },
  {
    name: "flight",
    title: "In flight",
    note: "against what the fleet may have in flight, and calls held back",
  },
] as const;

/** The last quarter of an hour, second by second, drawn by uPlot, which is loaded when it is first wanted. */
export function HistoryPanel({
  row,
  history,
}: {
  readonly row: Row;
  readonly history: LiveHistory | null;
}) {
  const box = useRef<HTMLDivElement>(null);
  const charts = useSignal<HistoryCharts | null>(null);
  const colours = palette.value;
  useEffect(() => {
    const element = box.current;
    if (element === null || history === null) return;
    let made: HistoryCharts | null = null;
    let isWanted = true;
    void import("../draw/history-charts.tsx").then(({ HistoryCharts }) => {
      if (!isWanted) return;
      made = new HistoryCharts(element, history, colours);
      charts.value = made;
    });
    return () => {
      isWanted = false;
      made?.destroy();
      charts.value = null;
    };
  }, [history, colours]);
  useEffect(() => charts.value?.add(row.recent.endMs, row.now), [row, charts.value]);
  return (
    <div class="history" ref={box}>
      {CHARTS.map(({ name, title, note }) => (
        <Panel key={name} title={title} note={note}>
          <div
            class="chart"
            data-chart={name}
            role="img"
            aria-label={`${title} of the last 15 minutes: ${note}`}
          />
        </Panel>
      ))}
    </div>
  );
}
