import type { Command, Terminal } from "./command.ts";
import { DecisionsClient } from "./decisions-client.ts";
import type { ShownDecision } from "./decisions-client.ts";
import { SERVICE_FLAGS, serviceOf } from "./service-flags.ts";
import { watchScreen } from "./watch/watch-screen.ts";

export const watch: Command = {
  name: "watch",
  summary: "Shows the fleet live; without a terminal, a line for each change of decision",
  flags: SERVICE_FLAGS,
  run: async ({ flags }, terminal) => {
    const service = serviceOf(flags, terminal);
    try {
      if (terminal.screen === undefined) await follow(new DecisionsClient(service), terminal);
      else await watchScreen(service, terminal.screen, terminal.signal);
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
function changes(
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
