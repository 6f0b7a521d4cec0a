import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { LiveHistory } from "@headway/service/live";
import { headline } from "../judge/headline.ts";
import { sayAction } from "../judge/say-action.ts";
import { nameOf } from "../names.ts";
import { hashOf } from "../route.ts";
import { api, clockMs, pastMs } from "../session.tsx";
import type { Row, World } from "../world/world.ts";
import { Until } from "./action-tag.tsx";
import { ClaimsPanel } from "./claims-panel.tsx";
import { GraphPanel } from "./graph-panel.tsx";
import { HeadlinePanel } from "./headline-panel.tsx";
import { HistoryPanel } from "./history-panel.tsx";
import { LogPanel } from "./log-panel.tsx";
import { Panel } from "./panel.tsx";

const SPAN_MS = 15 * 60_000;
const SETTLE_MS = 150;

export function DependencyPage({ world, id }: { readonly world: World; readonly id: string }) {
  const row = world.rows.get(id);
  const history = useHistory(id);
  if (row === undefined) {
    return (
      <main class="dependency-page">
        <p>
          Nothing is known of <b class="mono">{id}</b> at this time.{" "}
          <a href={hashOf({ page: "overview" })}>Back to all</a>
        </p>
      </main>
    );
  }
  const log = history.value?.log ?? world.log.filter(({ dependency }) => dependency === id);
  return (
    <main class="dependency-page">
      <HeadlinePanel headline={headlineOf(world, row)} world={world} isPage />
      <div class="charts">
        <HistoryPanel row={row} history={history.value} />
      </div>
      <div class="side">
        <ActionsPanel row={row} />
        <div class="graph-box">
          <GraphPanel world={world} focus={id} />
        </div>
        <ClaimsPanel world={world} dependency={id} />
        <LogPanel log={log} note={`of ${nameOf(id)}`} />
      </div>
    </main>
  );
}

/** Of this one alone, whatever else is worse. */
function headlineOf(world: World, row: Row) {
  const said = headline(world, [row]);
  const reached = [...world.rows.values()].filter(
    (other) => other.rootCause === row.id && other !== row,
  );
  const title = said.tone === "calm" || said.tone === "unknown" ? nameOf(row.id) : said.title;
  return { ...said, title, row, reached: reached.map(({ id }) => id) };
}

function ActionsPanel({ row }: { readonly row: Row }) {
  return (
    <Panel
      title="In force"
      note={row.actions.length === 0 ? "nothing is held back" : `policy mode ${row.mode}`}
    >
      <ul class="claims actions">
        {row.actions.map((action) => (
          <li key={action.id} class="action-line">
            <p>
              <b>
                {action.reason.code === "override" ? "Override" : "Headway"} {sayAction(action)}
              </b>{" "}
              <Until action={action} override={row.override} isLong />
            </p>
            <p class="soft">{action.reason.summary}</p>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

/** Asked once a page, and for each place in the past; what comes after now is collected from the feed. */
function useHistory(id: string) {
  const history = useSignal<LiveHistory | null>(null);
  const atMs = pastMs.value;
  useEffect(() => {
    let isWanted = true;
    const ask = async (): Promise<void> => {
      const toMs = atMs ?? clockMs.peek();
      const answer = await api.history(id, toMs - SPAN_MS, toMs).catch(() => null);
      if (isWanted) history.value = answer;
    };
    // A slider that is dragged passes many places.
    const timer = setTimeout(() => void ask(), atMs === null ? 0 : SETTLE_MS);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [id, atMs]);
  return history;
}
