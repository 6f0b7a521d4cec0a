import type { Decision, Lease } from "@headway/core";
import type { IdentityRule } from "@headway/core/signals";

/** What a service, or the engine in this process, says. Times are already on this process' clock. */
export interface DecisionMessage {
  /** A snapshot replaces all that was known; a change is laid over it. */
  readonly kind: "snapshot" | "change";
  readonly version: number;
  readonly decisions: readonly Decision[];
  /** Ids. */
  readonly ended: readonly string[];
  /** This process' full new set; undefined where the leases stay as they are. */
  readonly leases: readonly Lease[] | undefined;
  readonly identities: readonly IdentityRule[] | undefined;
}
