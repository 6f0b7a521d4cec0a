import { Baseline } from "./baseline.ts";
import type { Sample } from "./baseline.ts";
import type { DependencyWindow } from "./dependency-window.ts";
import type { Finding } from "./detection.ts";
import { figure } from "./figure.ts";
import type { Detector } from "./detector.ts";
import { driftVerdictOf } from "./drift-verdict.ts";
import { Drift } from "./drift.ts";
import type { DriftVerdict, Shift } from "./drift.ts";
import { memberOf, numbersOf } from "./parsed-state.ts";
import { ARL_WINDOWS } from "./run-length.ts";

/** In-flight must stand at half as much again as usual, or it has not grown. */
const GROWTH_MIN = Math.log(1.5);
/** Good answers per second may be a fifth above usual and still count as not growing along. */
const THROUGHPUT_SLACK = Math.log(1.2);
/** Memory of the smoothed in-flight and throughput: about five windows. */
const RECENT_GAIN = 0.2;
/** The highest throughput fades with the baseline's memory of half an hour. */
const PEAK_DECAY = 1 - 1 / 1_800;
/**
 * In-flight remembers itself for as long as a call takes. Every quarter of that time it is new by a fifth, and correlates with what
 * it was by at most 0.8, which is as much as a `Baseline` allows for; told every second, slow calls would count as evidence many times.
 */
const SAMPLES_PER_RESIDENCE = 4;
/** Nor more rarely than this, however long calls take: half the time in which a hanging dependency must be found. */
const SAMPLE_WINDOWS_MAX = 15;
/** Retries a fleet allows itself, per first attempt (the usual retry budget of 20 %). */
const RETRY_BUDGET = 0.2;

/**
 * Says that more and more calls are in flight while no more of them end well. By Little's law N = X · W, in-flight follows
 * throughput while the dependency has room; past its knee only the wait grows:
 *
 *     log((N + 1) / (X + 1)), over a quarter of W, drifts up     (`Drift`: one false alarm in thirty days of traffic in every second)
 *     and N ≥ 1.5 of its usual, and X ≤ 1.2 of its usual
 *
 * A rush hour that the dependency bears moves N and X alike and says nothing. The evidence tells the headroom to the vulnerable
 * point, X_peak / (1 + retry budget): demand above it does not survive a trigger (Bronson et al., 2021). Until the dependency was
 * seen at its knee, X_peak is only the best so far.
 */
export class Saturation implements Detector {
  readonly kind = "saturation";
  readonly #drift = new Drift({ runLength: ARL_WINDOWS, floor: GROWTH_MIN });
  readonly #inFlight = new Baseline();
  readonly #throughput = new Baseline();
  #recent = { inFlight: 0, throughput: 0, calls: 0, peak: 0 };
  /** Sums since the last sample. */
  #sample = { windows: 0, inFlight: 0, throughput: 0 };
  #verdict: DriftVerdict = { state: "unknown" };

  observe(window: DependencyWindow): Finding {
    const perSecond = 1_000 / window.windowMs;
    const throughput = window.outcomes.ok * perSecond;
    if (window.inFlight === 0 && throughput === 0) return { state: "unknown" };
    this.#gather(window.inFlight, throughput, perSecond);
    this.#smooth(window.inFlight, throughput, window.calls * perSecond);
    const { pace } = this.#drift;
    this.#inFlight.learn(plain(Math.log1p(window.inFlight)), pace);
    this.#throughput.learn(plain(Math.log1p(throughput)), pace);
    const verdict = this.#verdict;
    if (verdict.state !== "shifted") return verdict;
    return this.#isQueueing() ? this.#abnormal(verdict) : { state: "normal" };
  }

  state(): unknown {
    return {
      drift: this.#drift.state(),
      inFlight: this.#inFlight.state(),
      throughput: this.#throughput.state(),
      recent: { ...this.#recent },
      sample: { ...this.#sample },
      verdict: { ...this.#verdict },
    };
  }

  restore(state: unknown): void {
    const recent = numbersOf(memberOf(state, "recent"), [
      "inFlight",
      "throughput",
      "calls",
      "peak",
    ]);
    if (!recent) return;
    this.#recent = recent;
    this.#sample =
      numbersOf(memberOf(state, "sample"), ["windows", "inFlight", "throughput"]) ?? this.#sample;
    this.#verdict = driftVerdictOf(memberOf(state, "verdict"));
    this.#drift.restore(memberOf(state, "drift"));
    this.#inFlight.restore(memberOf(state, "inFlight"));
    this.#throughput.restore(memberOf(state, "throughput"));
  }

  /** Tells the drift of whole samples only; until the next one is whole, its last word stands. */
  #gather(inFlight: number, throughput: number, perSecond: number): void {
    const sample = this.#sample;
    sample.windows += 1;
    sample.inFlight += inFlight;
    sample.throughput += throughput;
    if (sample.windows < this.#residenceS() * (perSecond / SAMPLES_PER_RESIDENCE)) return;
    const ratio = (sample.inFlight + sample.windows) / (sample.throughput + sample.windows);
    this.#sample = { windows: 0, inFlight: 0, throughput: 0 };
    this.#verdict = this.#drift.observe(plain(Math.log(ratio)));
  }

  /** W = N / X, as usual. */
  #residenceS(): number {
    const inFlight = Math.expm1(this.#inFlight.location);
    const throughput = Math.expm1(this.#throughput.location);
    const longestS = SAMPLES_PER_RESIDENCE * SAMPLE_WINDOWS_MAX;
    return Math.min(longestS, inFlight / Math.max(throughput, Number.EPSILON));
  }

  #smooth(inFlight: number, throughput: number, calls: number): void {
    const recent = this.#recent;
    recent.inFlight += RECENT_GAIN * (inFlight - recent.inFlight);
    recent.throughput += RECENT_GAIN * (throughput - recent.throughput);
    recent.calls += RECENT_GAIN * (calls - recent.calls);
    recent.peak = Math.max(recent.peak * PEAK_DECAY, recent.throughput);
  }

  #isQueueing(): boolean {
    const grown = Math.log1p(this.#recent.inFlight) - this.#inFlight.location >= GROWTH_MIN;
    return (
      grown && Math.log1p(this.#recent.throughput) - this.#throughput.location <= THROUGHPUT_SLACK
    );
  }

  #abnormal({ shift, sigmas, windows }: Shift): Finding {
    const { inFlight, throughput, calls, peak } = this.#recent;
    const inFlightUsual = Math.expm1(this.#inFlight.location);
    const throughputUsual = Math.expm1(this.#throughput.location);
    const vulnerableAt = peak / (1 + RETRY_BUDGET);
    return {
      state: "abnormal",
      severity: Math.min(1, Math.max(0, 1 - Math.exp(-shift))),
      summary: `${inFlight.toFixed(0)} in flight (usual ${inFlightUsual.toFixed(0)}), yet ${figure(throughput)} good answers a second (usual ${figure(throughputUsual)})`,
      evidence: {
        inFlight,
        inFlightUsual,
        throughput,
        throughputUsual,
        throughputPeak: peak,
        vulnerableAt,
        headroom: vulnerableAt - calls,
        sigmas,
        windows,
      },
    };
  }
}

function plain(value: number): Sample {
  return { value, count: 1, variance: 0 };
}
