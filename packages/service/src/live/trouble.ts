export interface TroubleInput {
  readonly state: string;
  /** Trouble spreads from it. */
  readonly isRoot: boolean;
  /** An action that holds anybody back, or an operator's hand. */
  readonly isActedOn: boolean;
  /** 0 to 1: of the worst that fires for it. */
  readonly severity: number;
}

/** Severity ranks within a class, and never lifts into the next. */
const SEVERITY_MAX = 0.999;

/**
 * What comes first on the screen of whoever was called:
 *
 *     4 the root cause   3 failing   2 degraded, or something fires   1 recovering, or acted on   0 well, or not known
 *
 * plus the severity of the worst that fires. The root comes before what fails because of it, however bad that looks.
 */
export function troubleOf({ state, isRoot, isActedOn, severity }: TroubleInput): number {
  const within = Math.min(Math.max(severity, 0), SEVERITY_MAX);
  return classOf({ state, isRoot, isActedOn, severity }) + Math.round(within * 1_000) / 1_000;
}

function classOf({ state, isRoot, isActedOn, severity }: TroubleInput): number {
  if (isRoot) return 4;
  if (state === "failing") return 3;
  if (state === "recovering") return 1;
  if (state === "degraded" || severity > 0) return 2;
  return isActedOn ? 1 : 0;
}
