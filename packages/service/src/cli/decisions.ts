import type { Command, CommandFlag, Flags, Terminal } from "./command.ts";
import { DecisionsClient } from "./decisions-client.ts";
import type { ShownDecision } from "./decisions-client.ts";
import { textFlags } from "./parse-command-line.ts";

const URL_DEFAULT = "http://127.0.0.1:4390";

const FLAGS: readonly CommandFlag[] = [
  { name: "url", argument: "URL", help: `the service; HEADWAY_URL, else ${URL_DEFAULT}` },
  { name: "token", argument: "TOKEN", help: "a token with the scope read; HEADWAY_TOKEN" },
  { name: "dependency", argument: "NAME", help: "only decisions that concern it" },
];

const COLUMNS = ["DEPENDENCY", "ACTION", "MODE", "PRIORITY", "UNTIL", "REASON"] as const;

export const decisions: Command = {
  name: "decisions",
  summary: "Lists the decisions in force",
  flags: FLAGS,
  run: async ({ flags }, terminal) => {
    const answer = await clientOf(flags, terminal).now(terminal.signal);
    const shown = answer.decisions ?? [];
    if (shown.length === 0) terminal.out("No decisions: everything may proceed.");
    else for (const line of table(shown)) terminal.out(line);
    return 0;
  },
};

export const watch: Command = {
  name: "watch",
  summary: "Follows the decisions as they change, until interrupted",
  flags: FLAGS,
  run: async ({ flags }, terminal) => {
    const client = clientOf(flags, terminal);
    try {
      await follow(client, terminal);
    } catch (error) {
      if (!terminal.signal.aborted) throw error;
    }
    return 0;
  },
};

async function follow(client: DecisionsClient, terminal: Terminal): Promise<never> {
  let known = new Map<string, ShownDecision>();
  let answer = await client.now(terminal.signal);
  if (answer.decisions?.length === 0) terminal.out("No decisions yet: everything may proceed.");
  for (;;) {
    if (answer.decisions !== undefined) {
      const current = new Map(answer.decisions.map((decision) => [decision.id, decision]));
      for (const line of changes(known, current)) terminal.out(line);
      known = current;
    }
    answer = await client.next(answer.etag, terminal.signal);
  }
}

/** A line for each decision that is new, is another than it was, or is over. */
export function changes(
  before: ReadonlyMap<string, ShownDecision>,
  after: ReadonlyMap<string, ShownDecision>,
): string[] {
  const changed = [...after.values()].filter(
    ({ id, version }) => before.get(id)?.version !== version,
  );
  const ended = [...before.values()].filter(({ id }) => !after.has(id));
  return [
    ...changed.map(
      ({ dependency, action, mode, priorities, reason }) =>
        `${dependency}  ${action} (${mode}, priority ${priorities})  ${reason}`,
    ),
    ...ended.map(({ dependency, action }) => `${dependency}  ${action} ended`),
  ];
}

export function table(shown: readonly ShownDecision[]): string[] {
  const rows = shown.map((decision) => [
    decision.dependency,
    decision.action,
    decision.mode,
    decision.priorities,
    decision.expiresAt,
    decision.reason,
  ]);
  const widths = COLUMNS.map((name, column) =>
    Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  return [COLUMNS, ...rows].map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

function clientOf(flags: Flags, { environment }: Terminal): DecisionsClient {
  const { url, token, dependency } = textFlags(flags, ["url", "token", "dependency"]);
  return new DecisionsClient({
    url: url ?? environment["HEADWAY_URL"] ?? URL_DEFAULT,
    token: token ?? environment["HEADWAY_TOKEN"],
    dependency,
  });
}
