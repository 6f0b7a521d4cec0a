import type { Tenant, TenantChange } from "../runtime/tenant.ts";
import { leasesJson } from "./decision-document.ts";
import type { DecisionDocument } from "./decision-document.ts";
import { eventFrame } from "./stream-client.ts";
import type { StreamClient } from "./stream-client.ts";
import { decisionJson, isoOf } from "./wire.ts";

export interface DecisionStreamOptions {
  readonly tenant: Tenant;
  readonly document: DecisionDocument;
  /** Versions back that a client can resume from without a snapshot. */
  readonly resumableMax: number;
}

interface PastChange {
  /** The version before, which is what a client that may go on from here holds. */
  readonly from: number;
  readonly frame: Buffer;
}

/** Over it all are forgotten, which costs each a snapshot at its next reconnect. */
const GREETED_MAX = 100_000;

/**
 * Pushes one tenant's changes to its open streams. A change is serialised once and the same bytes go to everybody;
 * only clients whose leases changed get a frame of their own.
 */
export class DecisionStream {
  readonly #options: DecisionStreamOptions;
  readonly #clients = new Set<StreamClient>();
  readonly #past: PastChange[] = [];
  /** Instances that got a snapshot from this process. */
  readonly #greeted = new Set<string>();
  #version: number;
  /** The version that stood when identity rules last changed: whoever holds it may hold either rules. */
  #ambiguousVersion: number | undefined;

  constructor(options: DecisionStreamOptions) {
    this.#options = options;
    this.#version = options.tenant.engine.version;
    options.tenant.subscribe((change, nowMs) => this.#push(change, nowMs));
  }

  get clients(): ReadonlySet<StreamClient> {
    return this.#clients;
  }

  /**
   * A client that holds a version we remember gets what it missed, and its leases, which may have moved meanwhile;
   * every other gets a snapshot.
   */
  open(client: StreamClient, lastVersion: number | undefined, nowMs: number): void {
    this.#clients.add(client);
    // A version from before a restart may be one that has come to mean something else since.
    const missed = this.#greeted.has(client.instance) ? this.#missedSince(lastVersion) : undefined;
    this.#greet(client.instance);
    if (missed === undefined) {
      this.#snapshot(client, nowMs);
      return;
    }
    for (const { frame } of missed) client.send(frame);
    const leases = this.#options.document.leases(client.instance);
    client.send(
      eventFrame(
        "change",
        this.#version,
        `${emptyChange(this.#version, nowMs)},"leases":${leases}}`,
      ),
    );
  }

  remove(client: StreamClient): void {
    this.#clients.delete(client);
  }

  #greet(instance: string): void {
    if (this.#greeted.size >= GREETED_MAX) this.#greeted.clear();
    this.#greeted.add(instance);
  }

  #push(change: TenantChange, nowMs: number): void {
    if (change.identitiesChanged) {
      // Identity rules travel with snapshots only, so nobody may resume from before this.
      this.#past.length = 0;
      this.#version = change.version;
      this.#ambiguousVersion = change.version;
      for (const client of this.#clients) this.#snapshot(client, nowMs);
      return;
    }
    const isChanged = change.decisionsChanged.length > 0 || change.decisionsEnded.length > 0;
    if (!isChanged && change.leasesChanged.size === 0) return;
    const text = changeText(change, nowMs);
    const shared = eventFrame("change", change.version, `${text}}`);
    if (isChanged) this.#remember(change.version, shared);
    for (const client of this.#clients) {
      const leases = change.leasesChanged.get(client.instance);
      if (leases !== undefined) {
        client.send(
          eventFrame("change", change.version, `${text},"leases":${leasesJson(leases)}}`),
        );
      } else if (isChanged) client.send(shared);
    }
  }

  #remember(version: number, frame: Buffer): void {
    this.#past.push({ from: this.#version, frame });
    this.#version = version;
    if (this.#past.length > this.#options.resumableMax) this.#past.shift();
  }

  #missedSince(lastVersion: number | undefined): readonly PastChange[] | undefined {
    if (lastVersion === undefined || lastVersion === this.#ambiguousVersion) return undefined;
    if (lastVersion === this.#version) return [];
    const index = this.#past.findIndex(({ from }) => from === lastVersion);
    return index === -1 ? undefined : this.#past.slice(index);
  }

  #snapshot(client: StreamClient, nowMs: number): void {
    const { tenant, document } = this.#options;
    client.send(
      eventFrame("snapshot", tenant.engine.version, document.snapshot(client.instance, nowMs)),
    );
  }
}

/** A change event's JSON without its closing brace, so that leases can follow. */
function changeText(
  { version, decisionsChanged, decisionsEnded }: TenantChange,
  nowMs: number,
): string {
  const decisions = JSON.stringify(decisionsChanged.map(decisionJson));
  const ended = JSON.stringify(decisionsEnded.map(({ id }) => id));
  return `{"version":${version},"serverTime":"${isoOf(nowMs)}","decisions":${decisions},"ended":${ended}`;
}

function emptyChange(version: number, nowMs: number): string {
  return `{"version":${version},"serverTime":"${isoOf(nowMs)}","decisions":[],"ended":[]`;
}
