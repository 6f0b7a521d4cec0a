import type { LiveLogEntry } from "@headway/service/live";
import { instant } from "../format.ts";
import { nameOf } from "../names.ts";
import { clockMs } from "../session.tsx";
import { Panel } from "./panel.tsx";

const SHOWN_MAX = 80;

const WORDS: Readonly<Record<string, string>> = {
  "decision.issued": "decided",
  "decision.ended": "ended",
  "detection.fired": "fired",
  "detection.resolved": "resolved",
  "override.set": "override",
  "override.cleared": "override",
  "policy.changed": "policy",
};

export function LogPanel({
  log,
  note = "newest first",
}: {
  readonly log: readonly LiveLogEntry[];
  readonly note?: string;
}) {
  return (
    <Panel title="Decision log" note={note}>
      <div class="body" tabIndex={0} role="region" aria-label="Decision log">
        {log.length === 0 ? <p class="empty">Nothing was decided yet.</p> : null}
        <ol class="log">
          {log.slice(0, SHOWN_MAX).map((entry) => (
            <Entry key={`${entry.at} ${entry.kind} ${entry.id} ${entry.summary}`} entry={entry} />
          ))}
        </ol>
      </div>
    </Panel>
  );
}

function Entry({ entry: { at, kind, dependency, by, summary } }: { readonly entry: LiveLogEntry }) {
  const isPerson = kind.startsWith("override.") && by !== "headway";
  return (
    <li title={`${dependency ?? ""} ${summary}`}>
      <time dateTime={at}>{instant(Date.parse(at), clockMs.peek())}</time>
      <p>
        <span class={isPerson ? "by-person" : "soft"}>
          {isPerson && by !== "open" ? `${by}: ` : ""}
          {WORDS[kind] ?? kind}
        </span>{" "}
        {dependency === null ? "" : <b>{nameOf(dependency)}</b>} {summary}
      </p>
    </li>
  );
}
