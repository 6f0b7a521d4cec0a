import type { OverridePreview } from "./live-view.ts";

export interface PreviewQuestion {
  readonly action?: "hold" | "proceed" | "limit";
  readonly concurrency?: number;
  readonly ratePerSecond?: number;
}

type Facts = Omit<OverridePreview, "sentences">;

/** What would happen, in words; the most important first. Each is about now: what comes later is not known. */
export function previewSentences(facts: Facts, question: PreviewQuestion): string[] {
  return [
    trafficOf(facts),
    ...consequencesOf(facts, question),
    ...replacedOf(facts),
    facts.instances === 0
      ? "No process is connected: only callers that ask the service before each call are reached."
      : `It reaches ${count(facts.instances, "connected process", "connected processes")} at once; others when they next ask.`,
  ];
}

function trafficOf({ callsPerSecond, agents, inFlight, waiting }: Facts): string {
  const all = waiting.reduce((sum, { calls }) => sum + calls, 0);
  return `Now: ${number(callsPerSecond)} calls a second by ${count(agents, "agent", "agents")}, ${number(inFlight)} in flight, ${number(all)} waiting.`;
}

function consequencesOf(facts: Facts, question: PreviewQuestion): string[] {
  const { action, concurrency, ratePerSecond } = question;
  const waiting = facts.waiting
    .filter(({ isInScope }) => isInScope)
    .reduce((sum, { calls }) => sum + calls, 0);
  if (action === "hold")
    return [
      "New calls of these priorities wait in their process until it ends, or are told when to come back.",
      `${count(waiting, "call that waits goes", "calls that wait go")} on waiting; what is in flight is left to end.`,
    ];
  if (action === "proceed")
    return [
      `${count(waiting, "call that waits goes", "calls that wait go")} at once, whatever the engine thinks.`,
    ];
  if (action !== "limit") return [];
  const said: string[] = [];
  if (concurrency !== undefined && facts.inFlight > concurrency)
    said.push(
      `${number(facts.inFlight - concurrency)} more are in flight than the limit allows: nothing new goes until they have ended.`,
    );
  else if (concurrency !== undefined)
    said.push(`${number(concurrency - facts.inFlight)} more may go than are in flight now.`);
  if (ratePerSecond !== undefined && facts.callsPerSecond > ratePerSecond)
    said.push(
      `${number(facts.callsPerSecond - ratePerSecond)} calls a second more are made than the limit allows: they wait.`,
    );
  return said;
}

function replacedOf({ replaces, override }: Facts): string[] {
  const ended =
    override === null ? [] : [`It replaces the override "${override.action}" of ${override.by}.`];
  const outranked = replaces
    .filter(({ reason }) => reason.code !== "override")
    .map(({ action, reason }) => `It outranks "${action}": ${reason.summary}`);
  return [...ended, ...outranked];
}

function count(amount: number, one: string, many: string): string {
  return `${number(amount)} ${amount === 1 ? one : many}`;
}

function number(value: number): string {
  return String(value < 10 ? Math.round(value * 10) / 10 : Math.round(value));
}
