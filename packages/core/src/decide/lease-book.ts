import type { Priority } from "../signals/priority.ts";
import type { AttemptEndings } from "./attempt-endings.ts";
import { CONTROL_PARAMETERS } from "./control-parameters.ts";
import type { ControlParameters } from "./control-parameters.ts";
import type { Lease } from "./decision.ts";
import { exactShares, relaxedShares } from "./lease-split.ts";
import type { LeaseClaim, LeaseShare } from "./lease-split.ts";
import { CONSULTS } from "./consult-pacer.ts";
import type { ByPriority, InstanceGauge, InstanceGauges } from "./instance-gauges.ts";

export interface LeaseRequest {
  readonly dependency: string;
  readonly bound: number;
  readonly isRelaxed: boolean;
  readonly ratePerSecond: number | undefined;
  readonly prober: string | undefined;
  /** Nobody gets anything, but for the prober's one attempt, and one of all protected calls. */
  readonly isHeld: boolean;
  /** Calls up to this priority are protected; 0: none are. */
  readonly protectedPriority: number;
  /** Grant no more than what a process says it holds: the engine has just started and does not know who was granted what. */
  readonly isLearning: boolean;
  readonly gauges: InstanceGauges;
  /** Processes that take leases of this dependency. */
  readonly instances: ReadonlySet<string>;
  /** Demand of callers that take no leases; `undefined` where there are none. */
  readonly consults: { readonly inFlight: number; readonly waiting: ByPriority } | undefined;
  readonly leaseMs: number;
  /** Seconds that an attempt takes now. */
  readonly attemptS: number;
  readonly endings: AttemptEndings;
  readonly nowMs: number;
  readonly elapsedMs: number;
}

/** Doorman's: a holder asks again well before its lease runs out. */
const REFRESH_SHARE = 0.6;
/** Slot-seconds of fair share that a process can be ahead or behind. */
const CREDIT_MAX = 10;
/** While nobody is held, an amount that moves by less is not worth a message. */
const SAME_WITHIN = 0.3;

const NO_GAUGE: Pick<InstanceGauge, "inFlight" | "waiting" | "held" | "ages"> = {
  inFlight: 0,
  waiting: [0, 0, 0, 0, 0],
  held: undefined,
  ages: undefined,
};

/** The leases of one dependency. */
export class LeaseBook {
  readonly #parameters: ControlParameters;
  readonly #leases = new Map<string, Lease>();
  readonly #credits = new Map<string, number>();
  /** The leases that stand are parts of one whole. */
  #isExact = false;

  /** Slots for callers that take no leases. */
  consultShare = 0;

  constructor(parameters: ControlParameters = CONTROL_PARAMETERS) {
    this.#parameters = parameters;
  }

  get leases(): ReadonlyMap<string, Lease> {
    return this.#leases;
  }

  /** Ends all leases: nothing is limited any more. Returns who held one. */
  clear(): string[] {
    const holders = [...this.#leases.keys()];
    this.#leases.clear();
    this.#credits.clear();
    return holders;
  }

  /** Returns the instances whose lease changed. */
  update(request: LeaseRequest): string[] {
    const { instances, nowMs } = request;
    const changed: string[] = [];
    const shares = this.#shares(request);
    this.consultShare = shares.get(CONSULTS)?.amount ?? unclaimed(shares, request);
    for (const instance of instances) {
      const share = shares.get(instance);
      if (!share) continue;
      const next = this.#lease(instance, share, request);
      const old = this.#leases.get(instance);
      if (old && isSame(old, next, request)) continue;
      this.#leases.set(instance, next);
      changed.push(instance);
    }
    for (const [instance, lease] of this.#leases) {
      if (instances.has(instance) || lease.expiresAtMs > nowMs) continue;
      this.#leases.delete(instance);
      this.#credits.delete(instance);
      changed.push(instance);
    }
    return changed;
  }

  #shares(request: LeaseRequest): ReadonlyMap<string, LeaseShare> {
    const { isHeld, isRelaxed, isLearning } = request;
    const elsewhere = this.#elsewhere(request);
    const claims = this.#claims(request, elsewhere);
    this.#isExact = isHeld || (!isRelaxed && !isLearning);
    if (isHeld) return this.#heldShares(claims, request);
    const capacity = request.bound - elsewhere;
    if (isRelaxed && !isLearning) return relaxedShares(capacity, claims);
    const shares = this.#exactShares(capacity, claims, request);
    return isLearning ? learningShares(shares, capacity, request) : shares;
  }

  /**
   * The prober's attempt; and of the protected calls that wait in all other processes, one at a time, in turns. Others'
   * attempts are not taken off it: callers that obey nobody would else keep the protected out for as long as the hold lasts.
   */
  #heldShares(
    claims: readonly LeaseClaim[],
    request: LeaseRequest,
  ): ReadonlyMap<string, LeaseShare> {
    const { prober, protectedPriority } = request;
    const shares = new Map(
      claims.map(({ instance }) => [instance, { amount: instance === prober ? 1 : 0, fair: 0 }]),
    );
    const others = claims
      .filter(({ instance }) => instance !== prober)
      .map((claim) => ({ ...claim, waiting: upTo(protectedPriority, claim.waiting) }));
    const wanting = others.filter(({ waiting }) => waiting.some((count) => count > 0));
    if (wanting.length === 0) return shares;
    const busy = others.filter((claim) => claim.inFlight > 0 || wanting.includes(claim));
    const split = this.#exactShares(1, busy, request);
    for (const { instance } of wanting) shares.set(instance, split.get(instance)!);
    return shares;
  }

  #exactShares(
    capacity: number,
    claims: readonly LeaseClaim[],
    { attemptS, elapsedMs }: LeaseRequest,
  ): ReadonlyMap<string, LeaseShare> {
    const shares = exactShares(capacity, claims, {
      stickiness: this.#parameters.stickyAttempts * attemptS,
    });
    this.#settleCredits(shares, elapsedMs);
    return shares;
  }

  #claims(request: LeaseRequest, elsewhere: number): LeaseClaim[] {
    const { instances, consults } = request;
    const claims = [...instances].map((instance) => this.#claim(instance, request));
    if (consults) {
      // Where these callers report what they do, their attempts are counted there already.
      const inFlight = Math.max(consults.inFlight - elsewhere, 0);
      const credit = this.#credits.get(CONSULTS) ?? 0;
      const granted = this.#isExact ? this.consultShare : undefined;
      const { waiting } = consults;
      const soon = request.endings.chance(0, this.#parameters.loopS);
      claims.push({ instance: CONSULTS, inFlight, waiting, granted, isHeard: true, credit, soon });
    }
    return claims;
  }

  #claim(instance: string, { gauges, endings }: LeaseRequest): LeaseClaim {
    const { inFlight, waiting, held, ages } = gauges.get(instance) ?? NO_GAUGE;
    const granted = this.#isExact ? this.#leases.get(instance)?.amount : undefined;
    // Who says nothing of a lease, or nothing at all, does not use it.
    const isHeard = granted === undefined || held === undefined || held === granted;
    return {
      instance,
      inFlight,
      waiting,
      granted,
      isHeard,
      credit: this.#credits.get(instance) ?? 0,
      soon: endings.chance(ages?.max ?? 0, this.#parameters.loopS),
    };
  }

  /** What others may have in flight: processes that take no leases, and those gone whose lease still runs. */
  #elsewhere({ instances, gauges, nowMs }: LeaseRequest): number {
    let count = 0;
    for (const [instance, { inFlight }] of gauges.entries()) {
      if (!instances.has(instance)) count += Math.max(inFlight, this.#unexpired(instance, nowMs));
    }
    for (const instance of this.#leases.keys()) {
      if (!instances.has(instance) && !gauges.get(instance))
        count += this.#unexpired(instance, nowMs);
    }
    return count;
  }

  #unexpired(instance: string, nowMs: number): number {
    const lease = this.#leases.get(instance);
    return lease && lease.expiresAtMs > nowMs ? lease.amount : 0;
  }

  #settleCredits(shares: ReadonlyMap<string, LeaseShare>, elapsedMs: number): void {
    for (const [instance, { amount, fair }] of shares) {
      const credit = (this.#credits.get(instance) ?? 0) + ((fair - amount) * elapsedMs) / 1_000;
      this.#credits.set(instance, Math.min(Math.max(credit, -CREDIT_MAX), CREDIT_MAX));
    }
  }

  #lease(instance: string, { amount }: LeaseShare, request: LeaseRequest): Lease {
    const { dependency, bound, instances, leaseMs, nowMs } = request;
    const ratePerSecond = rateOf(amount, request);
    return {
      dependency,
      amount,
      ...(ratePerSecond === undefined ? {} : { ratePerSecond }),
      probe: request.isHeld && instance === request.prober,
      expiresAtMs: nowMs + leaseMs,
      refreshAfterMs: nowMs + leaseMs * REFRESH_SHARE,
      safe: Math.max(1, Math.floor(bound / Math.max(instances.size, 1))),
    };
  }
}

/**
 * A rate is divided as the slots are. What is held has the pace of its slot in good times at most: a dependency that is down
 * may say so in milliseconds, and one slot would then spend all the protected calls that could have waited for better.
 */
function rateOf(
  amount: number,
  { bound, ratePerSecond, isHeld, attemptS }: LeaseRequest,
): number | undefined {
  const share = Math.min(amount / Math.max(bound, 1), 1);
  const rate = ratePerSecond === undefined ? undefined : ratePerSecond * share;
  return isHeld && amount > 0
    ? Math.min(amount / Math.max(attemptS, 0.001), rate ?? Infinity)
    : rate;
}

/**
 * For callers that take no leases and have not asked lately: what the processes leave. One slot at least: who asks takes part
 * in the split from the next tick on. While nobody is held the processes' leases overlap, and say nothing of what is left.
 */
function unclaimed(
  shares: ReadonlyMap<string, LeaseShare>,
  { bound, isHeld, isRelaxed }: LeaseRequest,
): number {
  if (isHeld) return 1;
  if (isRelaxed) return bound;
  const claimed = [...shares.values()].reduce((sum, { amount }) => sum + amount, 0);
  return Math.max(bound - claimed, 1);
}

function upTo(priority: number, [first, second, third, fourth, fifth]: ByPriority): ByPriority {
  const kept = (of: Priority, count: number): number => (of <= priority ? count : 0);
  return [kept(1, first), kept(2, second), kept(3, third), kept(4, fourth), kept(5, fifth)];
}

/**
 * The engine has just started: processes hold leases it knows nothing of, until they say so. Who says what it holds gets no
 * more than that; who says it holds none gets an even part of what the others leave, whatever its demand, so that a fleet
 * which is all new stands at its safe share; who has said nothing yet gets nothing new.
 */
function learningShares(
  shares: ReadonlyMap<string, LeaseShare>,
  capacity: number,
  { gauges }: LeaseRequest,
): ReadonlyMap<string, LeaseShare> {
  const heard = [...shares].filter(
    ([instance]) => instance === CONSULTS || gauges.get(instance) !== undefined,
  );
  const heldBy = (instance: string): number | undefined => gauges.get(instance)?.held;
  const held = heard.reduce((sum, [instance]) => sum + (heldBy(instance) ?? 0), 0);
  const others = heard.filter(([instance]) => heldBy(instance) === undefined).length;
  let left = Math.max(Math.floor(capacity - held), 0);
  const part = Math.floor(left / Math.max(others, 1));
  const grant = (amount: number): number => {
    // Fewer slots than processes: one each, to those whom the split names, while there are any.
    const granted = part > 0 ? part : Math.min(amount, 1, left);
    left -= granted;
    return granted;
  };
  return new Map(
    heard.map(([instance, { amount, fair }]) => {
      const holds = heldBy(instance);
      const granted = holds === undefined ? grant(amount) : Math.min(amount, holds);
      return [instance, { amount: granted, fair }];
    }),
  );
}

function isSame(old: Lease, next: Lease, { nowMs, isRelaxed }: LeaseRequest): boolean {
  if (nowMs >= old.refreshAfterMs || old.probe !== next.probe) return false;
  if (!isClose(old.ratePerSecond ?? Infinity, next.ratePerSecond ?? Infinity)) return false;
  return isRelaxed ? isClose(old.amount, next.amount) : old.amount === next.amount;
}

function isClose(a: number, b: number): boolean {
  return a === b || Math.abs(a - b) <= SAME_WITHIN * Math.max(a, b);
}
