import type { Random } from "@headway/core";
import type { DependencySpec } from "../scenario/scenario.ts";
import type { EventQueue } from "../simulation/event-queue.ts";
import type { Condition } from "./condition.ts";
import { Job } from "./job.ts";
import type { Lockout } from "./lockout.ts";
import type { Outlook } from "./outlook.ts";
import type { Answer, CallDependency, Dependency, Sent, ServiceRequest } from "./plant.ts";
import type { ServiceTimes } from "./service-times.ts";
import type { TokenBucket } from "./token-bucket.ts";
import { WaitingLine } from "./waiting-line.ts";

export interface ProviderParts {
  readonly events: EventQueue;
  readonly condition: Condition;
  readonly outlook: Outlook;
  readonly services: ServiceTimes;
  /** Decides which requests meet an error or silence: one number for each that comes to it, while there are such faults at all. */
  readonly fate: Random;
  readonly bucket: TokenBucket | undefined;
  readonly lockout: Lockout | undefined;
  readonly callDependency: CallDependency;
}

const OK: Answer = { outcome: "ok" };
const ERROR: Answer = { outcome: "error" };
const THROTTLED: Answer = { outcome: "throttled" };

/** Multiples of it, modulo 1, spread evenly over any run of whole numbers. */
const GOLDEN_RATIO = 0.618_033_988_749_894_9;

/**
 * `servers` workers behind a FIFO queue. A request passes, in this order: the region of its client, lockout, rate limit, chance
 * (errors and hangs), then a free server or the queue; what has no room there is throttled.
 *
 * By nature nothing cancels a request: one whose caller has gone is served all the same, and that work is lost. Where `cancels` is
 * set, giving up empties its place and frees its server. A request that hangs holds no server: it vanishes before it gets there.
 */
export class Provider implements Dependency {
  readonly id: string;
  readonly counts = { requests: 0, answered: 0, hung: 0, cancelled: 0, lockouts: 0 };
  readonly #spec: DependencySpec;
  readonly #parts: ProviderParts;
  readonly #hasFate: boolean;
  /** Each of its inner calls, as often as it is made. */
  readonly #calls: readonly DependencySpec["calls"][number][];
  readonly #line = new WaitingLine<Job>();
  readonly #abandon = (job: Job): void => this.#giveUp(job);
  #servers: number;
  inService = 0;

  constructor(spec: DependencySpec, parts: ProviderParts) {
    this.id = spec.id;
    this.#spec = spec;
    this.#parts = parts;
    this.#hasFate = parts.condition.hasFate;
    this.#calls = spec.calls.flatMap((call) => Array.from({ length: call.times }, () => call));
    this.#servers = spec.servers;
    for (const edgeMs of parts.condition.edgesMs) parts.events.at(edgeMs, () => this.#turn());
  }

  get queued(): number {
    return this.#line.length;
  }

  get servers(): number {
    return this.#parts.outlook.servers(this.#parts.events.nowMs);
  }

  get serviceMsMean(): number {
    return this.#parts.outlook.meanMs(this.#parts.events.nowMs);
  }

  get capacityPerSecond(): number {
    return this.#parts.outlook.capacityPerSecond(this.#parts.events.nowMs);
  }

  shareWithin(ms: number): number {
    return this.#parts.outlook.shareWithin(ms, this.#parts.events.nowMs);
  }

  request(request: ServiceRequest, answer: (answer: Answer) => void): Sent {
    const job = new Job(request, answer, this.#abandon);
    this.counts.requests += 1;
    const refusal = this.#refusalOf(request);
    if (refusal !== undefined) this.#refuse(job, refusal);
    else if (this.#hasFate) this.#meetFate(job);
    else this.#admit(job);
    return job;
  }

  #refusalOf({ client }: ServiceRequest): Answer | undefined {
    const { bucket, condition, lockout, events } = this.#parts;
    const { nowMs } = events;
    const outShare = condition.outShare(nowMs);
    if (outShare > 0 && ((client + 1) * GOLDEN_RATIO) % 1 < outShare) return ERROR;
    if (lockout?.isOut(client, nowMs)) return ERROR;
    if (bucket === undefined || bucket.take(nowMs)) return undefined;
    const retryAfterMs = this.#spec.rateLimit?.retryAfter ? bucket.dueMs(nowMs) : undefined;
    return retryAfterMs === undefined ? THROTTLED : { outcome: "throttled", retryAfterMs };
  }

  #meetFate(job: Job): void {
    const { condition, events, fate } = this.#parts;
    const luck = fate();
    const errorShare = condition.errorShare(events.nowMs);
    const hangShare = (1 - errorShare) * condition.hangShare(events.nowMs);
    if (luck < errorShare) this.#refuse(job, ERROR);
    else if (luck < errorShare + hangShare) {
      job.state = "hung";
      this.counts.hung += 1;
    } else this.#admit(job);
  }

  #admit(job: Job): void {
    if (this.inService < this.#servers) this.#serve(job);
    else if (this.#line.length < this.#spec.queue) this.#line.join(job);
    else this.#refuse(job, THROTTLED);
  }

  #refuse(job: Job, answer: Answer): void {
    job.state = "refused";
    job.planned = this.#parts.events.after(this.#spec.rejectMs, () => this.#end(job, answer));
  }

  #serve(job: Job): void {
    const { condition, events, services } = this.#parts;
    job.state = "serving";
    this.inService += 1;
    const ms = services.next() * condition.slowness(events.nowMs);
    job.planned = events.after(ms, () => this.#callNext(job));
  }

  /** Its own work first, then its calls, one after the other, on its server all the while. */
  #callNext(job: Job): void {
    const call = this.#calls[job.innerCalls];
    if (call === undefined) return this.#complete(job, OK);
    const number = (job.innerCalls += 1);
    const inner = this.#parts.callDependency(this.id, call, job.request, (isOk) =>
      isOk ? this.#callNext(job) : this.#complete(job, ERROR),
    );
    // It may have been answered within the call, and the next one begun.
    if (job.state === "serving" && job.innerCalls === number) job.inner = inner;
  }

  #complete(job: Job, answer: Answer): void {
    if (answer === OK) this.#parts.condition.answered(this.#parts.events.nowMs);
    this.#release();
    this.#end(job, answer);
  }

  #release(): void {
    this.inService -= 1;
    this.#startWaiting();
  }

  #end(job: Job, answer: Answer): void {
    job.state = "over";
    this.counts.answered += 1;
    if (answer.outcome !== "ok" && !job.isGivenUp) this.#noteFailure(job.request.client);
    job.answer(answer);
  }

  #giveUp(job: Job): void {
    const { state } = job;
    if (state === "over" || job.isGivenUp) return;
    job.isGivenUp = true;
    this.#noteFailure(job.request.client);
    if (!this.#spec.cancels || state === "hung") return;
    job.state = "over";
    this.counts.cancelled += 1;
    if (job.planned) this.#parts.events.cancel(job.planned);
    job.inner?.giveUp();
    if (state === "waiting") this.#line.leave(job);
    if (state === "serving") this.#release();
  }

  #noteFailure(client: number): void {
    const { events, lockout } = this.#parts;
    if (lockout?.failed(client, events.nowMs)) this.counts.lockouts += 1;
  }

  #startWaiting(): void {
    while (this.inService < this.#servers) {
      const next = this.#line.next();
      if (next === undefined) return;
      this.#serve(next);
    }
  }

  /** A fault begins or ends. Servers that go finish what they have begun. */
  #turn(): void {
    const { bucket, condition, events, outlook } = this.#parts;
    bucket?.limitTo(condition.quotaShare(events.nowMs), events.nowMs);
    this.#servers = outlook.servers(events.nowMs);
    this.#startWaiting();
  }
}
