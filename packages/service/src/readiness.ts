/** What has to hold before traffic is wanted. */
export interface ReadinessCheck {
  readonly name: string;
  /** Undefined while all is well, else what is wrong, in words that may be shown to anybody. */
  check(nowMs: number): Promise<string | undefined> | string | undefined;
}

export interface ReadinessReport {
  readonly ready: boolean;
  readonly checks: Readonly<Record<string, string>>;
}

export interface ReadinessOptions {
  readonly checks: readonly ReadinessCheck[];
  /** Worth knowing, but no reason to send traffic elsewhere: a bad policy file leaves the older policy in force. */
  readonly notes: readonly ReadinessCheck[];
}

export class Readiness {
  readonly #options: ReadinessOptions;

  constructor(options: ReadinessOptions) {
    this.#options = options;
  }

  async report(nowMs: number): Promise<ReadinessReport> {
    const checks = await statesOf(this.#options.checks, nowMs);
    const notes = await statesOf(this.#options.notes, nowMs);
    return {
      ready: checks.every(([, state]) => state === "ok"),
      checks: Object.fromEntries([...checks, ...notes]),
    };
  }
}

async function statesOf(
  checks: readonly ReadinessCheck[],
  nowMs: number,
): Promise<[name: string, state: string][]> {
  return Promise.all(
    checks.map(async (check): Promise<[string, string]> => {
      try {
        return [check.name, (await check.check(nowMs)) ?? "ok"];
      } catch {
        return [check.name, "failed"];
      }
    }),
  );
}

/** Ticks are what decides: a service that takes reports and never ticks looks alive and coordinates nothing. */
export class TickWatch implements ReadinessCheck {
  readonly name = "tick";
  readonly #lateMs: number;
  #tickedAtMs: number | undefined;

  constructor(options: { readonly lateMs: number }) {
    this.#lateMs = options.lateMs;
  }

  ticked(nowMs: number): void {
    this.#tickedAtMs = nowMs;
  }

  check(nowMs: number): string | undefined {
    if (this.#tickedAtMs === undefined) return "has not ticked yet";
    const agoMs = nowMs - this.#tickedAtMs;
    return agoMs <= this.#lateMs ? undefined : `last ticked ${Math.round(agoMs / 1000)} s ago`;
  }
}
