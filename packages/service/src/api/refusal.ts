import type { Verdict } from "@headway/core";

export interface Refusal {
  readonly status: 429 | 503;
  /** Of the problem types that the RateLimit draft registers. */
  readonly type: string;
  readonly title: string;
}

const TYPES = "https://iana.org/assignments/http-problem-types";

const QUOTA: Refusal = { status: 429, type: `${TYPES}#quota-exceeded`, title: "Quota exceeded" };
const ABNORMAL: Refusal = {
  status: 429,
  type: `${TYPES}#abnormal-usage-detected`,
  title: "Abnormal usage detected",
};
const REDUCED: Refusal = {
  status: 503,
  type: `${TYPES}#temporary-reduced-capacity`,
  title: "Temporary reduced capacity",
};

/** 429 where callers do more than their share, 503 where the dependency can do less than usual. */
const BY_REASON: Readonly<Record<string, Refusal>> = {
  limit: QUOTA,
  throttled: QUOTA,
  retry_storm: ABNORMAL,
  loop: ABNORMAL,
  fanout: ABNORMAL,
};

/** A reason we do not list is a dependency in trouble: 503 blames no caller. */
export function refusalOf({ reason }: Verdict): Refusal {
  return (
    (Object.hasOwn(BY_REASON, reason?.code ?? "") ? BY_REASON[reason?.code ?? ""] : undefined) ??
    REDUCED
  );
}
