import type { Engine, EngineChange } from "@headway/core";
import { Freshness } from "@headway/sdk/gate";
import { obeys } from "../policies/obedience.ts";
import type { CoordinatorAccount, Fleet } from "../policies/policy.ts";
import type { CoordinationSpec } from "../scenario/scenario.ts";
import type { IssuedDecision } from "./coordinated.ts";
import { CoordinationService } from "./coordination-service.ts";
import { DecisionLog } from "./decision-log.ts";
import { changeMessage, onArrival, snapshotMessage } from "./message-on-arrival.ts";
import type { SentMessage } from "./message-on-arrival.ts";
import { ProcessHook } from "./process-hook.ts";
import { ReportSender } from "./report-sender.ts";
import { SpanExporter } from "./span-exporter.ts";
import { VirtualClock } from "./virtual-clock.ts";

export interface CoordinationPathOptions {
  readonly fleet: Fleet;
  readonly coordination: CoordinationSpec;
  readonly engine: Engine;
  readonly sendsEarly?: boolean;
}

/** One process and its end of the path. */
interface Member {
  readonly instance: string;
  readonly hook: ProcessHook;
  readonly clock: VirtualClock;
  readonly freshness: Freshness;
}

/** The service says so often that it lives. */
const HEARTBEAT_MS = 15_000;

/**
 * All processes of a fleet, the service, and what lies between them.
 *
 * P1  Whatever is sent arrives half of `stalenessMs` later, in the order in which it was sent. What is under way to a service when it
 *     dies is lost; what it has sent arrives. A process waits for the answer to its report, which takes the same way back, before it
 *     sends the next; that a report was lost it learns as late.
 * P2  A process that does not obey is one whose hook is not in the mode to: it reports all the same.
 * P3  A process learns of the service's death when its stream ends. From there the SDK's `Freshness` decides how long what it
 *     was told still counts: leases to their end, then at their safe amount for a term, then nothing.
 * P4  Every process has its own clock. None of its readings is ever compared with another clock's.
 */
export class CoordinationPath {
  readonly #options: CoordinationPathOptions;
  readonly #members: readonly Member[];
  readonly #service: CoordinationService;
  readonly #log = new DecisionLog();
  readonly #lost: () => number;
  #deliveries = 0;

  constructor(options: CoordinationPathOptions) {
    this.#options = options;
    const { fleet, coordination, engine } = options;
    const clock = new VirtualClock(fleet.events);
    this.#lost = fleet.random("headway/lost-reports");
    this.#service = new CoordinationService({
      engine,
      clock,
      tickMs: coordination.tickMs,
      onChange: (change, nowMs) => this.#publish(change, nowMs),
    });
    this.#members = fleet.processes.map((instance, at) => this.#join(instance, at));
    this.#begin(clock.now());
  }

  hookOf(process: number): ProcessHook {
    return this.#members[process]!.hook;
  }

  get account(): CoordinatorAccount {
    const { reports, ticks } = this.#service;
    const { holdsAtMs } = this.#log;
    return { reports, ticks, deliveries: this.#deliveries, holdsAtMs };
  }

  get issued(): readonly IssuedDecision[] {
    return this.#log.issued;
  }

  #begin(nowMs: number): void {
    const { engine, fleet, coordination } = this.#options;
    const { deadFromS = Number.POSITIVE_INFINITY } = coordination;
    if (deadFromS <= 0) return this.#service.die();
    for (const { instance } of this.#members) engine.instanceConnected(instance, nowMs);
    const snapshot = snapshotMessage(engine, nowMs);
    this.#send(this.#members, () => snapshot);
    this.#service.start();
    this.#beat();
    if (Number.isFinite(deadFromS)) fleet.events.at(deadFromS * 1_000, () => this.#die());
  }

  #join(instance: string, at: number): Member {
    const { fleet, coordination } = this.#options;
    const { reportIntervalMs, spanBatchMs } = coordination;
    const clock = new VirtualClock(fleet.events, this.#skewMs(at));
    const phase = fleet.random(`headway/phase/${instance}`)();
    const exporter = spanBatchMs > 0 ? this.#exporter(instance, clock, phase) : undefined;
    const hook = new ProcessHook({
      instance,
      events: fleet.events,
      clock,
      random: fleet.random(`headway/hook/${instance}`),
      obeys: this.#obeys(at),
      exporter,
      onNews: (nowMs) => sender.flushIfUrgent(nowMs),
    });
    const { recorder } = hook;
    const sender = new ReportSender({
      recorder,
      clock,
      intervalMs: reportIntervalMs,
      sendsEarly: this.#options.sendsEarly ?? true,
      send: (report, done) => {
        const isLost = this.#isLost();
        this.#later(() => {
          const isTaken = !isLost && !this.#service.isDead;
          if (isTaken) this.#service.takeReport(report);
          this.#later(() => done(isTaken));
        });
      },
    });
    sender.start(phase * reportIntervalMs);
    return { instance, hook, clock, freshness: freshnessOf(hook, clock) };
  }

  #exporter(instance: string, clock: VirtualClock, phase: number): SpanExporter {
    const { spanBatchMs: batchMs } = this.#options.coordination;
    const exporter = new SpanExporter({
      instance,
      clock,
      batchMs,
      send: (spans) => {
        if (this.#isLost()) return;
        this.#later(() => {
          if (!this.#service.isDead) this.#service.takeSpans(spans);
        });
      },
    });
    exporter.start(phase * batchMs);
    return exporter;
  }

  #isLost(): boolean {
    return this.#lost() < this.#options.coordination.lostReports;
  }

  #obeys(at: number): boolean {
    return obeys(at, this.#options.coordination.disobeying);
  }

  /** Whole milliseconds, which round to the same durations as none. */
  #skewMs(at: number): number {
    const { clockSkewMs } = this.#options.coordination;
    const draw = this.#options.fleet.random(`headway/skew/${at}`)();
    return Math.round((2 * draw - 1) * clockSkewMs);
  }

  #publish(change: EngineChange, nowMs: number): void {
    const { decisionsChanged, decisionsEnded, leasesChanged } = change;
    this.#log.note(change, this.#options.fleet.events.nowMs);
    const isForAll = decisionsChanged.length + decisionsEnded.length > 0;
    const told = isForAll
      ? this.#members
      : this.#members.filter(({ instance }) => leasesChanged.has(instance));
    if (told.length === 0) return;
    this.#send(told, ({ instance }) => changeMessage(change, leasesChanged.get(instance), nowMs));
  }

  #send(members: readonly Member[], messageTo: (member: Member) => SentMessage): void {
    this.#deliveries += members.length;
    // Decisions are values, and a change is not written to after its tick: what is told is what was sent.
    this.#later(() => {
      for (const member of members) tell(member, messageTo(member));
    });
  }

  #beat(): void {
    const { events } = this.#options.fleet;
    events.after(HEARTBEAT_MS, () => {
      if (this.#service.isDead) return;
      this.#later(() => {
        for (const { freshness } of this.#members) freshness.heard();
      });
      this.#beat();
    });
  }

  #die(): void {
    this.#service.die();
    this.#later(() => {
      for (const { freshness } of this.#members) freshness.lost();
    });
  }

  #later(run: () => void): void {
    const { fleet, coordination } = this.#options;
    fleet.events.after(coordination.stalenessMs / 2, run);
  }
}

function tell({ hook, clock, freshness }: Member, message: SentMessage): void {
  const nowMs = clock.now();
  hook.table.apply(onArrival(message, nowMs), nowMs);
  if (message.kind === "snapshot") freshness.connected();
  else freshness.heard();
}

function freshnessOf({ table }: ProcessHook, clock: VirtualClock): Freshness {
  return new Freshness({
    clock,
    knownUntilMs: () => table.knownUntilMs(),
    onStale: () => table.setStale(true, clock.now()),
    onFresh: () => table.setStale(false, clock.now()),
  });
}
