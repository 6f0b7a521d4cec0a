export type DetectionKind =
  | "degraded"
  | "failing"
  | "throttled"
  | "retry_storm"
  | "fanout"
  | "saturation"
  | "cascade"
  | "loop"
  | "recovered";

/** Numbers and names that a person can check by hand: what was measured, against what, over how long. */
export type Evidence = Readonly<Record<string, number | string | boolean | readonly string[]>>;

/**
 * What one detector says of one dependency after one window. `unknown` is a state of its own: with too little data
 * nothing is claimed, and nothing that fires is resolved.
 */
export type Finding =
  | { readonly state: "unknown" }
  | { readonly state: "normal" }
  | {
      readonly state: "abnormal";
      /** 0 to 1: how bad, not how sure. */
      readonly severity: number;
      readonly summary: string;
      readonly evidence: Evidence;
      /** Only where the claim is about one agent. */
      readonly agent?: string;
    };

/** A claim with evidence and a life cycle; the words are Prometheus'. */
export interface Detection {
  readonly id: string;
  readonly kind: DetectionKind;
  readonly tenant: string;
  readonly dependency: string;
  /** Only where the claim is about one agent (`loop`) or one workflow class (`fanout`). */
  readonly agent?: string;
  readonly workflow?: string;
  readonly state: "pending" | "firing" | "resolved";
  readonly startedAtMs: number;
  readonly firedAtMs: number | null;
  readonly resolvedAtMs: number | null;
  readonly severity: number;
  readonly summary: string;
  readonly evidence: Evidence;
}
