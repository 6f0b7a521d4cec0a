import type { Decision, Engine, EngineChange, Lease } from "@headway/core";
import type { DecisionMessage } from "@headway/sdk/gate";

/** A message of the service's before it is on its way. Times are the service's clock. */
export interface SentMessage extends Omit<DecisionMessage, "identities"> {
  readonly serverTimeMs: number;
}

/** To processes that join before anything was granted. */
export function snapshotMessage(engine: Engine, serverTimeMs: number): SentMessage {
  const { version } = engine;
  const decisions = engine.decisions();
  return { kind: "snapshot", version, decisions, ended: [], leases: [], serverTimeMs };
}

export function changeMessage(
  { version, decisionsChanged, decisionsEnded }: EngineChange,
  leases: readonly Lease[] | undefined,
  serverTimeMs: number,
): SentMessage {
  const ended = decisionsEnded.map(({ id }) => id);
  return { kind: "change", version, decisions: decisionsChanged, ended, leases, serverTimeMs };
}

/**
 * The message in the process' terms. On the wire times are whole milliseconds, and the process reads them relative to the
 * message's own time: a message that was long on its way moves all of them by that, and how clocks differ does not matter.
 */
export function onArrival(
  { serverTimeMs, ...message }: SentMessage,
  arrivedMs: number,
): DecisionMessage {
  const toMs = (ms: number): number => arrivedMs + (Math.floor(ms) - Math.floor(serverTimeMs));
  return {
    ...message,
    decisions: message.decisions.map((decision) => arrivedDecision(decision, toMs)),
    leases: message.leases?.map((lease) => ({
      ...lease,
      expiresAtMs: toMs(lease.expiresAtMs),
      refreshAfterMs: toMs(lease.refreshAfterMs),
    })),
    identities: undefined,
  };
}

function arrivedDecision(decision: Decision, toMs: (ms: number) => number): Decision {
  const { notBeforeMs, issuedAtMs, expiresAtMs } = decision;
  return {
    ...decision,
    ...(notBeforeMs === undefined ? undefined : { notBeforeMs: toMs(notBeforeMs) }),
    issuedAtMs: toMs(issuedAtMs),
    expiresAtMs: toMs(expiresAtMs),
  };
}
