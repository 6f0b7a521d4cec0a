import type { LiveInstance } from "@headway/service/live";
import { count, instant, roughDuration } from "../format.ts";
import { clockMs } from "../session.tsx";
import type { World } from "../world/world.ts";
import { Panel } from "./panel.tsx";

/** Two lines of them. The silent come first, so that none of those is left out. */
const SQUARES_MAX = 44;

/** What was counted, and the one number that was not. */
export function SavingsPanel({ world: { savings, notKept } }: { readonly world: World }) {
  const sinceMs = Date.parse(savings.since);
  const advised = savings.callsAdvised > 0 && savings.callsHeld === 0;
  return (
    <Panel
      title="Savings"
      note={
        notKept.includes("savings")
          ? "not kept for the past"
          : `since ${instant(sinceMs, clockMs.value)}`
      }
    >
      <dl class="figures">
        <div>
          <dt>{advised ? "would hold" : "held"}</dt>
          <dd>{count(advised ? savings.callsAdvised : savings.callsHeld)}</dd>
        </div>
        <div>
          <dt>refused</dt>
          <dd>{count(savings.callsTurnedAway)}</dd>
        </div>
        <div title="An estimate: calls held times the retries per call just before the action. It takes held calls to be like those.">
          <dt>spared, est.</dt>
          <dd>{count(Math.round(savings.retriesHeldBackEstimate))}</dd>
        </div>
        <div title="Seconds that waited in hooks for calls that then went: what it cost.">
          <dt>waited</dt>
          <dd>{roughDuration(savings.secondsWaited * 1_000)}</dd>
        </div>
      </dl>
    </Panel>
  );
}

/** Who is on the line. One who is not can't be held back, and its calls count no more. */
export function HooksPanel({ world: { connections, notKept } }: { readonly world: World }) {
  const { stream, poll, reportsOnly, stale, instances } = connections;
  const more = Math.max(0, instances.length - SQUARES_MAX) + connections.instancesUntold;
  const words = [
    `${count(stream + poll)} connected`,
    reportsOnly > 0 ? `${count(reportsOnly)} only report` : "",
    stale > 0 ? `${count(stale)} silent` : "",
  ].filter(Boolean);
  return (
    <Panel
      title="Hooks"
      note={notKept.includes("connections") ? "not kept for the past" : words.join(", ")}
    >
      <div class="hooks">
        {instances.length === 0 ? <p class="soft">No process is connected.</p> : null}
        <ul class="squares" aria-label="Processes">
          {instances.slice(0, SQUARES_MAX).map((instance) => (
            <li key={instance.id}>
              <Square instance={instance} />
            </li>
          ))}
          {more > 0 ? <li class="soft more">+{count(more)}</li> : null}
        </ul>
      </div>
    </Panel>
  );
}

function Square({ instance: { id, via, isStale } }: { readonly instance: LiveInstance }) {
  const words = `${id}: ${isStale ? "silent" : SAID[via]}`;
  return (
    <svg class="square" viewBox="0 0 12 12" role="img" aria-label={words}>
      <title>{words}</title>
      {isStale ? (
        <path class="stale" d="m2 2 8 8m0-8-8 8" />
      ) : (
        <rect class={via} x="1.5" y="1.5" width="9" height="9" rx="1.5" />
      )}
    </svg>
  );
}

const SAID = { stream: "connected", poll: "asks by long-poll", reports: "only reports" };
