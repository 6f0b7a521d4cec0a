import type { Command } from "./command.ts";
import { DecisionsClient } from "./decisions-client.ts";
import type { ShownDecision } from "./decisions-client.ts";
import { SERVICE_FLAGS, serviceOf } from "./service-flags.ts";

const COLUMNS = ["DEPENDENCY", "ACTION", "MODE", "PRIORITY", "UNTIL", "REASON"] as const;

export const decisions: Command = {
  name: "decisions",
  summary: "Lists the decisions in force",
  flags: SERVICE_FLAGS,
  run: async ({ flags }, terminal) => {
    const answer = await new DecisionsClient(serviceOf(flags, terminal)).now(terminal.signal);
    const shown = answer.decisions ?? [];
    if (shown.length === 0) terminal.out("No decisions: everything may proceed.");
    else for (const line of table(shown)) terminal.out(line);
    return 0;
  },
};

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
