/**
 * The numbers of one run. The provider serves 32 at once in half a second each: 64 requests a second. The agents ask for 48.
 * Slowed four times it serves 16, so two thirds of the work cannot be done while the fault lasts, whoever coordinates.
 */
export interface Scenario {
  readonly seed: number;
  readonly processes: number;
  readonly agentsPerProcess: number;
  readonly phases: Phases;
  /** Over all processes. Each brings 4 to 6 checks. */
  readonly workflowsPerSecond: number;
  /** Share of workflows for which a person waits; the rest is re-screening. */
  readonly personShare: number;
  readonly personDeadlineMs: number;
  readonly rescreeningDeadlineMs: number;
  /** An attempt without an answer by then is abandoned. */
  readonly attemptTimeoutMs: number;
  readonly attemptsMax: number;
  readonly provider: ProviderSettings;
}

export interface Phases {
  readonly healthyMs: number;
  readonly faultMs: number;
  readonly afterMs: number;
  /** No new workflows come; those under way may end. */
  readonly drainMs: number;
}

export interface ProviderSettings {
  readonly workers: number;
  readonly queueLengthMax: number;
  readonly serviceMsMean: number;
  readonly serviceSigma: number;
  /** How many times slower it serves during the fault. */
  readonly slowdown: number;
  /** A client with more failing requests than this in a minute is locked out until the minute has passed over them. */
  readonly failuresPerMinuteMax: number;
}

const FULL: Omit<Scenario, "seed"> = {
  processes: 8,
  agentsPerProcess: 12,
  phases: { healthyMs: 30_000, faultMs: 30_000, afterMs: 40_000, drainMs: 50_000 },
  workflowsPerSecond: 9.6,
  personShare: 0.2,
  personDeadlineMs: 20_000,
  rescreeningDeadlineMs: 45_000,
  attemptTimeoutMs: 4_000,
  attemptsMax: 3,
  provider: {
    workers: 32,
    queueLengthMax: 256,
    serviceMsMean: 500,
    serviceSigma: 0.4,
    slowdown: 4,
    failuresPerMinuteMax: 40,
  },
};

/** `short` keeps every rate and shortens the phases, so that a pipeline can afford it; its lockout is as much stricter. */
export function scenario(options: { seed: number; short: boolean }): Scenario {
  if (!options.short) return { ...FULL, seed: options.seed };
  return {
    ...FULL,
    seed: options.seed,
    phases: { healthyMs: 12_000, faultMs: 14_000, afterMs: 12_000, drainMs: 30_000 },
    rescreeningDeadlineMs: 25_000,
    provider: { ...FULL.provider, failuresPerMinuteMax: 15 },
  };
}

export type PhaseName = "healthy" | "fault" | "after";

export const PHASE_NAMES: readonly PhaseName[] = ["healthy", "fault", "after"];

/** `atMs` since the start of the run. The drain belongs to `after`. */
export function phaseAt(phases: Phases, atMs: number): PhaseName {
  if (atMs < phases.healthyMs) return "healthy";
  return atMs < faultEndMs(phases) ? "fault" : "after";
}

export function faultEndMs(phases: Phases): number {
  return phases.healthyMs + phases.faultMs;
}

/** When the last workflow may come. */
export function horizonMs(phases: Phases): number {
  return faultEndMs(phases) + phases.afterMs;
}
