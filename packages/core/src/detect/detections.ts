import type { Detection, DetectionKind, Finding } from "./detection.ts";
import { DETECTION_RULES } from "./detection-rules.ts";
import { advance, INACTIVE } from "./life-cycle.ts";
import type { LifeCycleRule, LifeCycleState } from "./life-cycle.ts";
import { isFiniteNumber, isRecord, memberOf } from "./parsed-state.ts";

export interface DetectionsOptions {
  readonly tenant: string;
  readonly nextId: () => string;
  readonly rules?: Readonly<Record<DetectionKind, LifeCycleRule>>;
  /** Resolved detections kept for whoever asks later. */
  readonly resolvedMax?: number;
}

interface Tracked {
  readonly life: LifeCycleState;
  readonly detection: Detection;
}

const RESOLVED_MAX = 1_000;

/**
 * Turns findings into detections: one life cycle per dependency and kind, and an id per life.
 *
 * A detection that was pending and came to nothing is reported once as `resolved` with `firedAtMs: null`, so that whoever
 * shows it can take it away; it is not kept among the resolved.
 */
export class Detections {
  readonly #tenant: string;
  readonly #nextId: () => string;
  readonly #rules: Readonly<Record<DetectionKind, LifeCycleRule>>;
  readonly #resolvedMax: number;
  /** By dependency, then kind: what is over leaves, so it holds no more than what is wrong now. */
  readonly #open = new Map<string, Map<DetectionKind, Tracked>>();
  #resolved: Detection[] = [];

  constructor(options: DetectionsOptions) {
    this.#tenant = options.tenant;
    this.#nextId = options.nextId;
    this.#rules = options.rules ?? DETECTION_RULES;
    this.#resolvedMax = options.resolvedMax ?? RESOLVED_MAX;
  }

  /** Returns the detection when it came, fired, changed in severity, summary or evidence, or went. */
  observe(
    dependency: string,
    kind: DetectionKind,
    finding: Finding,
    nowMs: number,
  ): Detection | undefined {
    const before = this.#open.get(dependency)?.get(kind);
    const life = advance(before?.life ?? INACTIVE, finding.state, nowMs, this.#rules[kind]);
    if (life.phase === "inactive") return before && this.#close(before.detection, nowMs);
    if (before && life === before.life && finding.state !== "abnormal") return undefined;

    const said = finding.state === "abnormal" ? claimOf(finding) : undefined;
    const base = before?.detection ?? this.#blank(dependency, kind, nowMs);
    const detection: Detection = {
      ...base,
      ...said,
      state: life.phase,
      startedAtMs: life.startedAtMs,
      firedAtMs: life.phase === "firing" ? life.firedAtMs : null,
    };
    this.#track({ life, detection });
    return before && isSameClaim(before.detection, detection) ? undefined : detection;
  }

  /** Pending and firing. */
  open(): readonly Detection[] {
    return [...this.#open.values()].flatMap((byKind) =>
      [...byKind.values()].map((tracked) => tracked.detection),
    );
  }

  openOf(dependency: string): readonly Detection[] {
    return [...(this.#open.get(dependency)?.values() ?? [])].map((tracked) => tracked.detection);
  }

  /** Latest last. */
  resolved(): readonly Detection[] {
    return this.#resolved;
  }

  /** Closes what is open for a dependency that is watched no longer: nothing would ever resolve it. */
  forget(dependency: string, nowMs: number): readonly Detection[] {
    return this.openOf(dependency).map((detection) => this.#close(detection, nowMs));
  }

  /** What is open, as plain JSON. The resolved are history, and whoever keeps history keeps them. */
  state(): unknown {
    return { open: [...this.#open.values()].flatMap((byKind) => [...byKind.values()]) };
  }

  restore(state: unknown): void {
    const open = memberOf(state, "open");
    if (!Array.isArray(open)) return;
    for (const tracked of open)
      if (isTracked(tracked) && tracked.detection.tenant === this.#tenant) this.#track(tracked);
  }

  #blank(dependency: string, kind: DetectionKind, nowMs: number): Detection {
    return {
      id: this.#nextId(),
      kind,
      tenant: this.#tenant,
      dependency,
      state: "pending",
      startedAtMs: nowMs,
      firedAtMs: null,
      resolvedAtMs: null,
      severity: 0,
      summary: "",
      evidence: {},
    };
  }

  #track(tracked: Tracked): void {
    const { dependency, kind } = tracked.detection;
    const byKind = this.#open.get(dependency) ?? new Map<DetectionKind, Tracked>();
    this.#open.set(dependency, byKind.set(kind, tracked));
  }

  #close(detection: Detection, nowMs: number): Detection {
    const byKind = this.#open.get(detection.dependency);
    byKind?.delete(detection.kind);
    if (byKind?.size === 0) this.#open.delete(detection.dependency);
    const closed: Detection = { ...detection, state: "resolved", resolvedAtMs: nowMs };
    if (closed.firedAtMs !== null)
      this.#resolved = [...this.#resolved, closed].slice(-this.#resolvedMax);
    return closed;
  }
}

type Claim = Pick<Detection, "severity" | "summary" | "evidence"> & { readonly agent?: string };

function claimOf({
  severity,
  summary,
  evidence,
  agent,
}: Extract<Finding, { state: "abnormal" }>): Claim {
  return { severity, summary, evidence, ...(agent === undefined ? {} : { agent }) };
}

function isSameClaim(a: Detection, b: Detection): boolean {
  return a.state === b.state && a.summary === b.summary && a.severity === b.severity;
}

function isTracked(value: unknown): value is Tracked {
  const life = memberOf(value, "life");
  const detection = memberOf(value, "detection");
  const texts = ["id", "kind", "tenant", "dependency", "summary"].map((key) =>
    memberOf(detection, key),
  );
  const kind = memberOf(detection, "kind");
  return (
    texts.every((text) => typeof text === "string") &&
    typeof kind === "string" &&
    Object.hasOwn(DETECTION_RULES, kind) &&
    isRecord(memberOf(detection, "evidence")) &&
    isFiniteNumber(memberOf(detection, "severity")) &&
    isFiniteNumber(memberOf(life, "startedAtMs")) &&
    isOpenPhase(life) &&
    memberOf(detection, "state") === memberOf(life, "phase")
  );
}

function isOpenPhase(life: unknown): boolean {
  const phase = memberOf(life, "phase");
  if (phase === "pending") return true;
  const normalSinceMs = memberOf(life, "normalSinceMs");
  return (
    phase === "firing" &&
    isFiniteNumber(memberOf(life, "firedAtMs")) &&
    (normalSinceMs === null || isFiniteNumber(normalSinceMs))
  );
}
