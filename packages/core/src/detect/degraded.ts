import type { HistogramData } from "../signals/histogram.ts";
import type { Sample } from "./baseline.ts";
import type { DependencyWindow } from "./dependency-window.ts";
import type { Finding } from "./detection.ts";
import { figure } from "./figure.ts";
import type { Detector } from "./detector.ts";
import { driftVerdictOf } from "./drift-verdict.ts";
import { Drift } from "./drift.ts";
import type { DriftVerdict, Shift } from "./drift.ts";
import { Endings } from "./endings.ts";
import { logMomentsOf } from "./histogram-moments.ts";
import { OperationSlowness } from "./operation-slowness.ts";
import { EXCESS_S_MIN } from "./operation-times.ts";
import { isRecord, memberOf } from "./parsed-state.ts";
import { ARL_SLOW_WINDOWS, ARL_WINDOWS } from "./run-length.ts";

/** `open` first: the others ask what it saw in the same window. */
const STREAMS = ["open", "latency", "self", "gap"] as const;
type Stream = (typeof STREAMS)[number];
const MIXED_STREAMS: readonly Stream[] = ["open", "latency"];
type StreamShift = Shift & { readonly stream: Stream };

/** A slow-down below 30 % is nobody's trouble, however surely it is measured; nor is one below `EXCESS_S_MIN`. */
const RATIO_MIN = 1.3;
/** Calls must end at two thirds of the usual pace or slower: endings are counts, and noisier than durations. */
const ENDINGS_RATIO_MIN = 1.5;
/** How far towards an alarm of its own `open` must be for a shift of durations to be believed; by chance it is in one window of a hundred. */
const CONFIRMATION_MIN = 0.35;

/**
 * Says that a dependency is slower than its own usual, from four streams of one statistic a window:
 *
 *     latency, self, gap:  mean of log(seconds), conditional on log(1 + in-flight), so that a rush hour is no drift
 *     open:                log((expected endings + 1) / (endings + 1)), likewise conditional
 *     expected endings  =  Σ over all calls, open and ended, of the growth of −log S0(age) in this window
 *
 * `open` sees a call that hangs long before its span ends; time-outs and cancellations are censored in it: they count as
 * survived, not as endings. It also guards the others: when a burst ends, those still to end are its longest, so durations rise
 * although every call ends when it should; then `open` stands still, and a shift of durations alone is not believed.
 * Each stream runs a `Drift` (CUSUM bank on self-normalised residuals); each stream's share of the
 * false alarms is a quarter of one in thirty days of traffic in every second.
 *
 * All this takes the calls to be alike. Where they are of several operations, or are made of calls in turn, or their server's side is
 * told too, `OperationSlowness` judges how long they take: what a call spent in calls below it is theirs to answer for. `open` goes on
 * beside it, for what hangs has no own time yet.
 *
 * Price: on spans alone nobody can tell a slow dependency from one that is given harder work; `evidence` says what was seen.
 */
export class Degraded implements Detector {
  readonly kind = "degraded";
  readonly #drifts: Readonly<Record<Stream, Drift>>;
  readonly #verdicts: Record<Stream, DriftVerdict>;
  readonly #endings = new Endings();
  readonly #operations: OperationSlowness;
  readonly #runLength: number;
  /** Of calls that are not alike: `open` has shifted, and calls were open for too long since. */
  #isHanging = false;

  constructor(runLength: number = ARL_WINDOWS, runLengthSlow: number = ARL_SLOW_WINDOWS) {
    this.#operations = new OperationSlowness(runLengthSlow);
    this.#runLength = runLength;
    const share = runLength * STREAMS.length;
    const timed = { runLength: share, floor: Math.log(RATIO_MIN) };
    this.#drifts = {
      latency: new Drift(timed),
      self: new Drift(timed),
      gap: new Drift(timed),
      open: new Drift({ runLength: share, floor: Math.log(ENDINGS_RATIO_MIN) }),
    };
    this.#verdicts = { latency: UNKNOWN, self: UNKNOWN, gap: UNKNOWN, open: UNKNOWN };
  }

  observe(window: DependencyWindow): Finding {
    const { selfByOperation } = window;
    return selfByOperation && (this.#operations.isInUse || isMixed(window))
      ? this.#observeMixed(window, selfByOperation)
      : this.#observeAlike(window);
  }

  state(): unknown {
    const drifts = Object.fromEntries(
      STREAMS.map((stream) => [stream, this.#drifts[stream].state()]),
    );
    return {
      drifts,
      verdicts: { ...this.#verdicts },
      endings: this.#endings.state(),
      operations: this.#operations.state(),
      isHanging: this.#isHanging,
    };
  }

  restore(state: unknown): void {
    if (!isRecord(state)) return;
    for (const stream of STREAMS) {
      this.#drifts[stream].restore(memberOf(memberOf(state, "drifts"), stream));
      this.#verdicts[stream] = driftVerdictOf(memberOf(memberOf(state, "verdicts"), stream));
    }
    this.#endings.restore(memberOf(state, "endings"));
    this.#operations.restore(memberOf(state, "operations"));
    this.#isHanging = memberOf(state, "isHanging") === true;
  }

  #observeAlike(window: DependencyWindow): Finding {
    const hasNews = this.#observeStreams(window, STREAMS, this.#isWitness());
    if (window.latency && !STREAMS.some((stream) => this.#drifts[stream].isInDoubt))
      this.#endings.learn(window.latency);
    // A window without news leaves open what was said before.
    return hasNews ? this.#finding(window, STREAMS) : { state: "unknown" };
  }

  /**
   * Calls that take long and then end are slow, not hanging: `open` is believed only where those still open are too old. Of `latency` only
   * what is usual is learned, to say what a hang costs.
   */
  #observeMixed(window: DependencyWindow, times: ReadonlyMap<string, HistogramData>): Finding {
    const slow = this.#operations.observe(window, times);
    const isSlow = slow.state === "abnormal";
    const { open } = this.#drifts;
    const hasNews = this.#observeStreams(window, MIXED_STREAMS, open.baseline.isReady || !isSlow);
    if (window.latency && !isSlow && !open.isInDoubt) this.#endings.learn(window.latency);
    const isShifted = this.#verdicts.open.state === "shifted";
    this.#isHanging &&= isShifted;
    this.#isHanging ||= isShifted && this.#endings.isOpenTooLong(window.ages, this.#runLength);
    if (isSlow || !hasNews) return slow;
    if (this.#isHanging) return this.#finding(window, ["open"]);
    return slow.state === "unknown" && this.#verdicts.open.state !== "unknown" ? NORMAL : slow;
  }

  /** Whether any of them had something to say. */
  #observeStreams(
    window: DependencyWindow,
    streams: readonly Stream[],
    isWitness: boolean,
  ): boolean {
    const covariate = Math.log1p(window.inFlight);
    const endings = this.#endings.observe(window);
    const samples: Record<Stream, Sample | undefined> = {
      latency: timedSample(window.latency, covariate),
      self: timedSample(window.self, covariate),
      gap: timedSample(window.gap, covariate),
      open: isWitness ? endings : undefined,
    };
    for (const stream of streams) {
      const sample = samples[stream];
      // A stream without news keeps what it said last, for it may be what is missing that tells.
      if (sample)
        this.#verdicts[stream] = this.#drifts[stream].observe(sample, () =>
          this.#isBelieved(stream),
        );
    }
    return streams.some((stream) => samples[stream]);
  }

  /** What begins to learn in the midst of a slow-down would take it for usual, and later deny it. */
  #isWitness(): boolean {
    return this.#drifts.open.baseline.isReady || !this.#drifts.latency.isInDoubt;
  }

  /** A duration that makes up most of the call cannot rise without the calls ending later than their ages say. */
  #isBelieved(stream: Stream): boolean {
    const { latency, open } = this.#drifts;
    if (stream === "open" || !open.baseline.isReady) return true;
    const isMostOfCall =
      this.#drifts[stream].baseline.location >= latency.baseline.location - Math.LN2;
    return !isMostOfCall || open.tension >= CONFIRMATION_MIN;
  }

  /** What the shift costs a call. For `open` that is what calls took longer, or what those open have waited longer already. */
  #secondsOf({ stream, expected, shift }: StreamShift, { ages }: DependencyWindow): number {
    if (stream !== "open") return Math.exp(expected) * Math.expm1(shift);
    const { latency } = this.#drifts;
    const usualS = Math.exp(latency.baseline.location);
    const ageS = ages && ages.count > 0 ? ages.sum / ages.count : 0;
    return Math.max(usualS * Math.expm1(latency.recent), ageS - usualS);
  }

  #finding(window: DependencyWindow, streams: readonly Stream[]): Finding {
    const said = streams.map((stream) => ({ stream, verdict: this.#verdicts[stream] }));
    const shifted = said
      .flatMap(({ stream, verdict }) =>
        verdict.state === "shifted" ? [{ stream, ...verdict }] : [],
      )
      .filter((shift) => this.#secondsOf(shift, window) >= EXCESS_S_MIN)
      .sort((a, b) => b.shift - a.shift);
    const worst = shifted.find((shift) => shift.stream !== "open") ?? shifted[0];
    if (worst)
      return abnormal(
        worst,
        shifted.map((shift) => shift.stream),
        window,
      );
    return said.some(({ verdict }) => verdict.state !== "unknown")
      ? { state: "normal" }
      : { state: "unknown" };
  }
}

const NORMAL: Finding = { state: "normal" };
const UNKNOWN: DriftVerdict = { state: "unknown" };

/** Whether its calls are too different from each other to be judged as one kind. */
function isMixed({ gap, callsMade = 0, selfByOperation }: DependencyWindow): boolean {
  return gap !== undefined || callsMade > 0 || (selfByOperation?.size ?? 0) > 1;
}

function timedSample(histogram: HistogramData | undefined, covariate: number): Sample | undefined {
  const moments = logMomentsOf(histogram);
  return (
    moments && { value: moments.mean, count: moments.count, variance: moments.variance, covariate }
  );
}

function abnormal(
  worst: StreamShift,
  streams: readonly Stream[],
  window: DependencyWindow,
): Finding {
  const ratio = Math.exp(worst.shift);
  const evidence = {
    stream: worst.stream,
    streams,
    ratio,
    sigmas: worst.sigmas,
    windows: worst.windows,
    inFlight: window.inFlight,
    ok: window.outcomes.ok,
  };
  const severity = Math.min(1, Math.max(0, 1 - 1 / ratio));
  const sigmas = worst.sigmas.toFixed(1);
  if (worst.stream === "open") {
    return {
      state: "abnormal",
      severity,
      summary: `calls end ${ratio.toFixed(1)} times more rarely than their ages say they should (${sigmas} sigma); ${window.inFlight} open`,
      evidence,
    };
  }
  const usualS = Math.exp(worst.expected);
  const recentS = usualS * ratio;
  return {
    state: "abnormal",
    severity,
    summary: `${worst.stream} ${ratio.toFixed(1)} times its usual: ${figure(recentS)} s against ${figure(usualS)} s (${sigmas} sigma)`,
    evidence: { ...evidence, usualS, recentS },
  };
}
