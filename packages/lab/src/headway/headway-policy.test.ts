import { describe, expect, it } from "vitest";
import type { Fleet, Policy } from "../policies/policy.ts";
import type { RunOutcome } from "../run/outcome.ts";
import { runScenario } from "../run/run-scenario.ts";
import type { CoordinationSpec, Scenario } from "../scenario/scenario.ts";
import type { Coordinated, CoordinatedPolicy } from "./coordinated.ts";
import { createHeadwayPolicy } from "./headway-policy.ts";
import type { HeadwayPolicyOptions } from "./headway-policy.ts";
import { ProcessHook } from "./process-hook.ts";
import { VirtualClock } from "./virtual-clock.ts";

const COORDINATION: CoordinationSpec = {
  stalenessMs: 200,
  reportIntervalMs: 1_000,
  tickMs: 1_000,
  lostReports: 0,
  disobeying: 0,
  clockSkewMs: 0,
  spanBatchMs: 0,
};
const BACKOFF = { kind: "exponential", baseMs: 500, factor: 2, maxMs: 8_000, jitter: 1 } as const;
const OFFERED = 48;

/** 32 servers of half a second behind a queue of 256, called by 40 processes; a quarter as fast from 30 s to 60 s. */
const SLOWDOWN: Scenario = {
  name: "slowdown",
  summary: "",
  durationS: 125,
  measure: { fromS: 30, toS: 60 },
  dependencies: [
    {
      id: "model:llm",
      servers: 32,
      service: { kind: "lognormal", meanMs: 500, sigma: 0.3 },
      queue: 256,
      timeoutMs: 4_000,
      cancels: false,
      rejectMs: 10,
      calls: [],
    },
  ],
  workloads: [
    {
      name: "agents",
      processes: 40,
      arrivals: { kind: "poisson", perSecond: OFFERED },
      deadlineS: 30,
      priorities: [
        { priority: 1, share: 0.2 },
        { priority: 3, share: 0.8 },
      ],
      steps: [
        {
          kind: "call",
          dependency: "model:llm",
          operation: "chat",
          fallback: [],
          optional: false,
        },
      ],
      retries: {
        sdk: { attempts: 2, backoff: BACKOFF },
        agent: { attempts: 3, backoff: BACKOFF },
      },
    },
  ],
  faults: [{ kind: "slowdown", dependency: "model:llm", fromS: 30, toS: 60, factor: 4 }],
  coordination: COORDINATION,
};
const HEALTHY: Scenario = { ...SLOWDOWN, faults: [] };

interface Run {
  readonly outcome: RunOutcome;
  readonly coordinated: Coordinated;
}

function run(
  change: Partial<CoordinationSpec> = {},
  { seed = 1, scenario = SLOWDOWN, ...options }: HeadwayPolicyOptions & RunChange = {},
): Run {
  const policy = createHeadwayPolicy({ ...COORDINATION, ...change }, options);
  const made: Coordinated[] = [];
  const noted: CoordinatedPolicy = {
    ...policy,
    create: (fleet) => {
      const fleetPolicy = policy.create(fleet);
      made.push(fleetPolicy);
      return fleetPolicy;
    },
  };
  const outcome = runScenario(scenario, noted, seed);
  return { outcome, coordinated: made[0]! };
}

interface RunChange {
  readonly seed?: number;
  readonly scenario?: Scenario;
}

/** All but the coordinator's own work. */
function behaviourOf({ outcome: { measures, series, conservation } }: Run): unknown {
  return { measures, series, conservation };
}

const deadAllAlong = run({ deadFromS: 0 });

describe("Headway in virtual time", () => {
  const usual = run();

  it("does the same under the same seed, and something else under another", () => {
    const { outcome, coordinated } = run();
    expect(outcome).toEqual(usual.outcome);
    expect(coordinated.issued).toEqual(usual.coordinated.issued);
    expect(run({}, { seed: 2 }).outcome.measures).not.toEqual(usual.outcome.measures);
  });

  it("keeps a provider that slowed to a quarter at 12 of its 16 good answers a second", () => {
    const { goodput, goodputAfter, wastedShare, criticalOk } = usual.outcome.measures;
    expect(goodput).toBeGreaterThanOrEqual(12);
    expect(goodputAfter).toBeGreaterThan(OFFERED);
    expect(wastedShare).toBeLessThanOrEqual(0.05);
    expect(criticalOk).toBeGreaterThanOrEqual(0.98);
  });

  it("accounts for what it cost: a report a process and second, ticks, and who was told", () => {
    const { reports, ticks, deliveries } = usual.outcome.cost;
    expect(reports).toBeGreaterThan(40 * 120);
    expect(ticks).toBeGreaterThanOrEqual(125);
    expect(deliveries).toBeGreaterThan(40);
    const [first] = usual.coordinated.issued;
    expect(first?.atMs).toBeGreaterThan(30_000);
    expect(first?.dependency).toBe("model:llm");
  });

  it("lets no clock that is off by up to an hour change anything", () => {
    const skewed = run({ clockSkewMs: 3_600_000 });
    expect(behaviourOf(skewed)).toEqual(behaviourOf(usual));
  });

  it("does about as well where nobody told the engine how long callers wait", () => {
    const untold = run({}, { tellsTimeouts: false });
    expect(untold.outcome.measures.goodput).toBeGreaterThanOrEqual(11);
  });

  it("loses less of it, the fresher decisions are", () => {
    const fresh = run({ stalenessMs: 0 }).outcome.measures.goodput;
    const stale = run({ stalenessMs: 2_000 }).outcome.measures.goodput;
    expect(fresh).toBeGreaterThan(stale);
  });

  it("still gains with three reports in ten lost, and counts what arrived", () => {
    const { outcome } = run({ lostReports: 0.3 });
    expect(outcome.measures.goodput).toBeGreaterThan(deadAllAlong.outcome.measures.goodput);
    const share = outcome.cost.reports / usual.outcome.cost.reports;
    expect(share).toBeGreaterThan(0.65);
    expect(share).toBeLessThan(0.75);
  });
});

describe("with nothing wrong", () => {
  it("decides nothing, makes few calls wait a moment, and as many workflows end as would alone", () => {
    const scenario = { ...HEALTHY, durationS: 200, measure: { fromS: 60, toS: 130 } };
    const { outcome, coordinated } = run({}, { scenario });
    expect(outcome.measures).toMatchObject({ falseHolds: 0, amplification: 1 });
    expect(outcome.measures.heldHealthy).toBeLessThan(0.15 * outcome.measures.attempts);
    expect(coordinated.issued).toEqual([]);
    const alone = run({ deadFromS: 0 }, { scenario });
    expect(outcome.measures.goodput).toBeCloseTo(alone.outcome.measures.goodput, 0);
  });
});

describe("a dead coordinator", () => {
  /** A process with the SDK's retry rule, whom nobody ever tells anything. */
  const retryBudgetAlone: Policy = {
    name: "retry-budget-alone",
    title: "",
    source: "",
    kind: "local",
    create: ({ events, random, processes }: Fleet) => {
      const hooks = processes.map(
        (instance) =>
          new ProcessHook({
            instance,
            events,
            clock: new VirtualClock(events),
            random: random(`headway/hook/${instance}`),
            obeys: true,
            exporter: undefined,
            onNews: () => {},
          }),
      );
      return { guardOf: (process) => hooks[process]! };
    },
  };

  it("from the start on is the hook alone: its retry budget, and nothing of anybody's", () => {
    const outcome = runScenario(SLOWDOWN, retryBudgetAlone, 1);
    const alone = { outcome, coordinated: deadAllAlong.coordinated };
    expect(behaviourOf(deadAllAlong)).toEqual(behaviourOf(alone));
    expect(deadAllAlong.outcome.cost).toMatchObject({ reports: 0, ticks: 0, deliveries: 0 });
  });

  it("that dies in a healthy hour costs next to nothing while its last leases run out", () => {
    const scenario = { ...HEALTHY, durationS: 200, measure: { fromS: 60, toS: 130 } };
    const dies = run({ deadFromS: 65 }, { scenario });
    const lives = run({}, { scenario });
    expect(dies.outcome.measures.goodput).toBeGreaterThan(0.995 * lives.outcome.measures.goodput);
    expect(dies.outcome.conservation.workflows.failed).toBe(0);
    expect(dies.outcome.series.waiting.slice(90).every((waiting) => waiting === 0)).toBe(true);
    expect(dies.outcome.cost.reports).toBeLessThan(0.4 * lives.outcome.cost.reports);
  });

  it("that dies in a storm holds by its last leases for their term, and soon nobody", () => {
    const dies = run({ deadFromS: 45 });
    const inFlightAt = (second: number): number => dies.outcome.series.inFlight[second] ?? 0;
    expect(Math.max(inFlightAt(44), inFlightAt(48))).toBeLessThan(80);
    expect(dies.outcome.series.waiting.slice(100)).toEqual(Array.from({ length: 25 }, () => 0));
    expect(inFlightAt(80)).toBeGreaterThan(80);
  });
});

describe("processes that do not obey", () => {
  it("are not held, and are reported on all the same", () => {
    const nobody = run({ disobeying: 1 });
    expect(nobody.outcome.series.waiting.every((waiting) => waiting === 0)).toBe(true);
    expect(nobody.outcome.cost.reports).toBeGreaterThan(40 * 100);
    expect(nobody.coordinated.issued.length).toBeGreaterThan(0);
  });
});

describe("a long way there and back", () => {
  const reports = (stalenessMs: number, options: HeadwayPolicyOptions = {}): number =>
    run({ stalenessMs }, options).outcome.cost.reports;
  /** Of 40 processes in 125 s, if each waits 3 s for its answer. */
  const oneAtATime = 40 * (125 / 3 + 1);

  it("makes reports as rare as their answers: a process waits for one before it sends the next", () => {
    const rare = reports(3_000, { sendsEarly: false });
    expect(rare).toBeLessThanOrEqual(oneAtATime);
    expect(reports(200, { sendsEarly: false })).toBeGreaterThan(2 * rare);
  });

  it("lets what is urgent go beside the one that waits: two at most", () => {
    const early = reports(3_000);
    expect(early).toBeGreaterThan(1.2 * oneAtATime);
    expect(early).toBeLessThanOrEqual(2 * oneAtATime);
  });
});

describe("signals from spans in batches", () => {
  it("reach the engine later than the hook's own, and still let it act", () => {
    const { outcome, coordinated } = run({ spanBatchMs: 2_000 });
    expect(coordinated.issued.length).toBeGreaterThan(0);
    expect(outcome.cost.reports).toBeGreaterThan(40 * 50);
    expect(outcome.conservation.attempts.refused + outcome.measures.heldHealthy).toBeGreaterThan(0);
  });
});
