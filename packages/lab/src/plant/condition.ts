import type { FaultSpec } from "../scenario/scenario.ts";

type DependencyFault = Exclude<FaultSpec, { readonly kind: "spike" }>;
type FaultOf<Kind extends DependencyFault["kind"]> = Extract<
  DependencyFault,
  { readonly kind: Kind }
>;

/**
 * What is wrong with one dependency at a moment. A fault is on from `fromS` until just before `toS`; faults that overlap multiply.
 *
 * It is asked when a request comes or a service starts, so a fault changes the services that START during it: one that has begun
 * keeps its pace, and a slow one that began in the fault's last moment outlasts it. Real degradations leave such a tail too.
 */
export class Condition {
  readonly #faults: readonly DependencyFault[];
  readonly #cold: readonly { readonly fault: FaultOf<"cold">; answers: number }[];

  constructor(dependency: string, faults: readonly FaultSpec[]) {
    this.#faults = faults.filter(
      (fault): fault is DependencyFault =>
        fault.kind !== "spike" && fault.dependency === dependency,
    );
    this.#cold = this.#of("cold").map((fault) => ({ fault, answers: 0 }));
  }

  /** When faults begin and end. */
  get edgesMs(): readonly number[] {
    return this.#faults.flatMap(({ fromS, toS }) => [fromS * 1_000, toS * 1_000]);
  }

  /** Whether chance decides over requests at any time of the run. */
  get hasFate(): boolean {
    return this.#faults.some(({ kind }) => kind === "errors" || kind === "hang");
  }

  /** Times the usual that a service takes which starts now. */
  slowness(nowMs: number): number {
    let slowness = 1;
    for (const fault of this.#faults) if (isOn(fault, nowMs)) slowness *= paceOf(fault, nowMs);
    for (const { fault, answers } of this.#cold)
      if (isOn(fault, nowMs))
        slowness *= 1 + (fault.factor - 1) * Math.max(0, 1 - answers / fault.answers);
    return slowness;
  }

  /** An answer from a service warms the caches that are cold. */
  answered(nowMs: number): void {
    for (const cold of this.#cold) if (isOn(cold.fault, nowMs)) cold.answers += 1;
  }

  serversShare(nowMs: number): number {
    return this.#product("capacity", nowMs, (share) => share);
  }

  quotaShare(nowMs: number): number {
    return this.#product("quota", nowMs, (share) => share);
  }

  errorShare(nowMs: number): number {
    return 1 - this.#product("errors", nowMs, (share) => 1 - share);
  }

  hangShare(nowMs: number): number {
    return 1 - this.#product("hang", nowMs, (share) => 1 - share);
  }

  /** The share of clients whose region is out: the largest of such faults, since they begin with the same clients. */
  outShare(nowMs: number): number {
    let share = 0;
    for (const fault of this.#faults)
      if (fault.kind === "partial" && isOn(fault, nowMs)) share = Math.max(share, fault.share);
    return share;
  }

  #of<Kind extends DependencyFault["kind"]>(kind: Kind): FaultOf<Kind>[] {
    return this.#faults.filter((fault): fault is FaultOf<Kind> => fault.kind === kind);
  }

  #product(
    kind: "capacity" | "quota" | "errors" | "hang",
    nowMs: number,
    term: (share: number) => number,
  ): number {
    let product = 1;
    for (const fault of this.#faults)
      if (fault.kind === kind && isOn(fault, nowMs)) product *= term(fault.share);
    return product;
  }
}

function isOn({ fromS, toS }: DependencyFault, nowMs: number): boolean {
  return nowMs >= fromS * 1_000 && nowMs < toS * 1_000;
}

function paceOf(fault: DependencyFault, nowMs: number): number {
  const sinceMs = nowMs - fault.fromS * 1_000;
  switch (fault.kind) {
    case "slowdown":
      return fault.factor;
    case "ramp":
      return 1 + (fault.perMinute * sinceMs) / 60_000;
    case "flapping":
      return sinceMs % (fault.periodS * 1_000) < fault.periodS * 500 ? fault.factor : 1;
    // Cold caches depend on what was answered, not only on time.
    case "cold":
    case "capacity":
    case "quota":
    case "errors":
    case "partial":
    case "hang":
      return 1;
  }
}
