import { createHash } from "node:crypto";
import type { Decision, Lease } from "@headway/core";
import type { Priority } from "@headway/core/signals";
import type { Tenant } from "../runtime/tenant.ts";
import { decisionJson, isoOf, leaseJson } from "./wire.ts";

export interface DecisionFilter {
  readonly dependency?: string;
  readonly agent?: string;
  readonly priority?: Priority;
}

interface Selection {
  readonly json: string;
  readonly digest: string;
}

/** What is the same for everybody while the engine's version and the policy are. */
interface Edition {
  readonly version: number;
  readonly policyVersion: string;
  readonly identities: string;
  /** By filter. */
  readonly selections: Map<string, Selection>;
}

const NO_FILTER: DecisionFilter = {};

/** Filters remembered within one edition; over it they are made anew. */
const SELECTIONS_MAX = 1_000;

/**
 * One tenant's decisions as JSON, with a digest, both made once an edition: ten thousand clients that wait for the next
 * one look at it after every tick.
 */
export class DecisionDocument {
  readonly #tenant: Tenant;
  #edition: Edition | undefined;

  constructor(tenant: Tenant) {
    this.#tenant = tenant;
  }

  /** The snapshot for everybody, or with one instance's leases. */
  snapshot(
    instance: string | undefined,
    nowMs: number,
    filter: DecisionFilter = NO_FILTER,
  ): string {
    const edition = this.#current();
    const leases = instance === undefined ? "" : `,"leases":${this.leases(instance)}`;
    const decisions = `"decisions":${this.#select(edition, filter).json}${leases}`;
    return `{"version":${edition.version},"serverTime":"${isoOf(nowMs)}",${decisions},"identities":${edition.identities}}`;
  }

  /**
   * A strong validator of what a snapshot says, `version` and `serverTime` left out: the same decisions and leases have
   * the same tag after a restart too, and an unrelated decision does not change the tag of a filtered snapshot.
   */
  etag(instance: string | undefined, filter: DecisionFilter = NO_FILTER): string {
    const { digest } = this.#select(this.#current(), filter);
    return instance === undefined
      ? `"${digest}"`
      : `"${digest}.${digestOf(this.leases(instance))}"`;
  }

  leases(instance: string): string {
    return leasesJson(this.#tenant.engine.leases(instance));
  }

  #select(edition: Edition, filter: DecisionFilter): Selection {
    const key = JSON.stringify([filter.dependency, filter.agent, filter.priority]);
    const known = edition.selections.get(key);
    if (known !== undefined) return known;
    const matching = this.#tenant.engine
      .decisions()
      .filter((decision) => matches(decision, filter));
    const json = JSON.stringify(matching.map(decisionJson));
    const selection = { json, digest: digestOf(`${json}\n${edition.identities}`) };
    if (edition.selections.size >= SELECTIONS_MAX) edition.selections.clear();
    edition.selections.set(key, selection);
    return selection;
  }

  #current(): Edition {
    const { version, policy } = this.#tenant.engine;
    const edition = this.#edition;
    if (edition?.version === version && edition.policyVersion === policy.version) return edition;
    this.#edition = {
      version,
      policyVersion: policy.version,
      identities: JSON.stringify(policy.identities),
      selections: new Map(),
    };
    return this.#edition;
  }
}

export function leasesJson(leases: readonly Lease[]): string {
  return JSON.stringify(leases.map(leaseJson));
}

function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("base64url").slice(0, 22);
}

/** Whether a decision could concern a caller of this dependency, agent and priority. */
function matches({ scope }: Decision, { dependency, agent, priority }: DecisionFilter): boolean {
  if (dependency !== undefined && scope.dependency !== dependency) return false;
  if (agent !== undefined && scope.agent !== undefined && scope.agent !== agent) return false;
  return (
    priority === undefined || (scope.priority.from <= priority && priority <= scope.priority.to)
  );
}
