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
  /** Only this process gets anything. */
  readonly prober: string | undefined;
  readonly isHeld: boolean;
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
  readonly nowMs: number;
  readonly elapsedMs: number;
}

/** Doorman's: a holder asks again well before its lease runs out. */
const REFRESH_SHARE = 0.6;
/** Slot-seconds of fair share that a process can be ahead or behind. */
const CREDIT_MAX = 10;
/** A slot stays with its holder for about so many attempts. */
const STICKY_ATTEMPTS = 2;
/** While nobody is held, an amount that moves by less is not worth a message. */
const SAME_WITHIN = 0.3;

const NO_GAUGE: Pick<InstanceGauge, "inFlight" | "waiting" | "held"> = {
  inFlight: 0,
  waiting: [0, 0, 0, 0, 0],
  held: undefined,
};

/** The leases of one dependency. */
export class LeaseBook {
  readonly #leases = new Map<string, Lease>();
  readonly #credits = new Map<string, number>();

  /** Slots for callers that take no leases. */
  consultShare = 0;

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
    this.consultShare = shares.get(CONSULTS)?.amount ?? request.bound;
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
    }
    return changed;
  }

  #shares(request: LeaseRequest): ReadonlyMap<string, LeaseShare> {
    const { instances, isHeld, prober, isRelaxed, consults, isLearning } = request;
    if (isHeld) {
      const names = [...instances, CONSULTS];
      return new Map(names.map((name) => [name, { amount: name === prober ? 1 : 0, fair: 0 }]));
    }
    const claims = [...instances].map((instance) => this.#claim(instance, request));
    const elsewhere = this.#elsewhere(request);
    if (consults) {
      // Where these callers report what they do, their attempts are counted there already.
      const inFlight = Math.max(consults.inFlight - elsewhere, 0);
      claims.push({
        instance: CONSULTS,
        inFlight,
        waiting: consults.waiting,
        credit: this.#credits.get(CONSULTS) ?? 0,
      });
    }
    const capacity = request.bound - elsewhere;
    if (isRelaxed && !isLearning) return relaxedShares(capacity, claims);
    const shares = exactShares(capacity, claims, {
      stickiness: STICKY_ATTEMPTS * request.attemptS,
      draining: Math.min(request.elapsedMs / 1_000 / request.attemptS, 1),
    });
    this.#settleCredits(shares, request.elapsedMs);
    return isLearning ? learningShares(shares, capacity, request) : shares;
  }

  #claim(instance: string, { gauges }: LeaseRequest): LeaseClaim {
    const { inFlight, waiting } = gauges.get(instance) ?? NO_GAUGE;
    return { instance, inFlight, waiting, credit: this.#credits.get(instance) ?? 0 };
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
    const { dependency, bound, ratePerSecond, instances, leaseMs, nowMs } = request;
    const share = amount / Math.max(request.bound, 1);
    return {
      dependency,
      amount,
      ...(ratePerSecond === undefined ? {} : { ratePerSecond: ratePerSecond * Math.min(share, 1) }),
      probe: request.isHeld && instance === request.prober,
      expiresAtMs: nowMs + leaseMs,
      refreshAfterMs: nowMs + leaseMs * REFRESH_SHARE,
      safe: Math.max(1, Math.floor(bound / Math.max(instances.size, 1))),
    };
  }
}

/**
 * The engine has just started: processes hold leases it knows nothing of, until they say so. Who says what it holds gets no
 * more than that; who says it holds none gets of what the others leave; who has said nothing yet gets nothing new.
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
  const rest = Math.max(Math.floor((capacity - held) / Math.max(others, 1)), 0);
  return new Map(
    heard.map(([instance, { amount, fair }]) => [
      instance,
      { amount: Math.min(amount, heldBy(instance) ?? rest), fair },
    ]),
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
