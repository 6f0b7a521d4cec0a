import type { Random } from "@headway/core";
import type { Outcome, Priority } from "@headway/core/signals";
import type { Plant } from "../plant/plant.ts";
import type { CoordinationSpec } from "../scenario/scenario.ts";
import type { EventQueue } from "../simulation/event-queue.ts";

/** A way to decide when calls go out: a rival, the oracle, or Headway itself. One file each; `all.ts` lists them. */
export interface Policy {
  /** As on the command line: `retry-budget-envoy`. */
  readonly name: string;
  readonly title: string;
  /** Where its rule and its numbers are published. */
  readonly source: string;
  /** `local`: each process by what it sees itself. `central`: each call passes one place. `decisions`: only decisions travel, and whoever is in `coordination.disobeying` reports all the same; the policy sees to both. */
  readonly kind: "local" | "central" | "decisions" | "oracle";
  /** It stands inside the dependency: processes that do not obey meet it too. */
  readonly isInside?: boolean;
  create(fleet: Fleet): FleetPolicy;
}

/** What a policy is given of the world. Only the oracle, and what stands inside a dependency, may look at `plant`. */
export interface Fleet {
  readonly events: EventQueue;
  /** The policy's own numbers: what it draws moves nobody else's. */
  readonly random: (purpose: string) => Random;
  /** Ids of the processes; a process is named by its place in this list. */
  readonly processes: readonly string[];
  readonly dependencies: readonly DependencyFacts[];
  readonly plant: Plant;
  /** The way to a coordinator and back, for policies of which only decisions travel. Absent: 200 ms old on arrival. */
  readonly coordination?: CoordinationSpec;
}

/** What any client knows of a dependency from its own configuration. */
export interface DependencyFacts {
  readonly id: string;
  /** Its callers give an attempt up after this. */
  readonly timeoutMs: number;
}

export interface FleetPolicy {
  /** One for each process. */
  guardOf(process: number): Guard;
  /** What its coordinator did, where it has one. Asked once, after the run. */
  account?(): CoordinatorAccount;
}

export interface CoordinatorAccount {
  /** Messages it took, evaluations, messages it sent. */
  readonly reports: number;
  readonly ticks: number;
  readonly deliveries: number;
  /** When it decided to hold, defer or shed: once for each decision, not for each call. */
  readonly holdsAtMs: readonly number[];
}

/** What stands before the calls of one process. */
export interface Guard {
  /**
   * Says `go` or `refuse`, exactly once, at once or later. Where the caller's deadline passes before that, `withdraw` is called
   * and nothing is to be said any more.
   */
  request(attempt: Attempt, passage: Passage): void;
  withdraw(attempt: Attempt): void;
  /** An attempt that went has ended. */
  ended(attempt: Attempt, end: AttemptEnd): void;
  /**
   * After an attempt that failed or was refused, and if the caller's own layers would try again after `backoffMs`: how long to wait
   * instead, or undefined to give the call up.
   */
  retryAfter(attempt: Attempt, end: AttemptEnd, backoffMs: number): number | undefined;
}

export interface Passage {
  readonly go: () => void;
  readonly refuse: (retryAfterMs?: number) => void;
}

/** One physical try, from before it is let out until it has ended. The same object throughout. */
export interface Attempt {
  readonly id: number;
  readonly dependency: string;
  readonly process: number;
  readonly agent: string;
  readonly workflow: number;
  /** Of one call; its attempts share it. */
  readonly call: number;
  readonly operation: string;
  readonly priority: Priority;
  /** 1 for the first try of the call, over all its layers. */
  readonly number: number;
  /** When the call was first wanted. */
  readonly callStartedMs: number;
  /** When this try was asked for. */
  readonly askedMs: number;
  /** From then on nobody wants its answer. */
  readonly deadlineMs: number;
  /** The attempt that this one is made within: a dependency serving that one calls another. */
  readonly parent: Attempt | undefined;
  /** Its caller has somewhere else to go when it is refused. */
  readonly hasFallback?: boolean;
}

export interface AttemptEnd {
  readonly outcome: Outcome;
  /** From going out to its end; 0 for one refused. */
  readonly latencyMs: number;
  /** As the dependency asked with a throttle. */
  readonly retryAfterMs?: number;
}
