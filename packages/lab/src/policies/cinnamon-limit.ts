import { CorrelationWindow } from "./correlation-window.ts";

const LIMIT_INITIAL = 20;
const LIMIT_MIN = 1;
const LIMIT_MAX = 200;
const LIMIT_PER_IN_FLIGHT = 5;
const WINDOW_MS_MIN = 1_000;
const WINDOW_MS_MAX = 30_000;
const WINDOW_SAMPLES = 50;
const QUANTILE = 0.9;
const SMOOTHED = 5;
const WARM_UP = 10;
const BASELINE = 10;
const CORRELATED = 50;

/**
 * The limit of Uber's Cinnamon as failsafe-go publishes it. From each window of 1 s (or twice the least latency, up to 30 s) with 50
 * samples comes p, the 0.9 quantile, through a median of 5 and an average of 5; base is an average of p over 10 windows. With
 * s = max(1, floor(log10 L)),
 *
 *     q = ceil(L * (1 - base / p))
 *     L - s   if q > 6 s, or when full and latency rises with in-flight while throughput does not
 *     L + s   if q < 3 s
 *
 * within [1, 200] and five times what was in flight. "Does not": corr(in flight, throughput) < 0; or < 0.3, or a throughput that
 * varies by less than a fifth, with corr(in flight, p) > 0.5.
 */
export class CinnamonLimit {
  readonly #throughput = new CorrelationWindow(CORRELATED, WARM_UP);
  readonly #latency = new CorrelationWindow(CORRELATED, WARM_UP);
  readonly #recent: number[] = [];
  readonly #smooth = new MovingAverage(SMOOTHED, WARM_UP);
  readonly #baseline = new MovingAverage(BASELINE, WARM_UP);
  #samples: number[] = [];
  #inFlightMax = 0;
  #nextMs = 0;
  /** When it last changed. */
  updatedMs = 0;
  limit = LIMIT_INITIAL;

  /** `isFull`: the limit is reached now. */
  sample(
    { latencyMs, inFlight }: { readonly latencyMs: number; readonly inFlight: number },
    { nowMs, isFull }: { readonly nowMs: number; readonly isFull: boolean },
  ): void {
    this.#samples.push(latencyMs);
    this.#inFlightMax = Math.max(this.#inFlightMax, inFlight);
    if (nowMs <= this.#nextMs || this.#samples.length < WINDOW_SAMPLES) return;
    const sorted = this.#samples.sort((a, b) => a - b);
    const quantileMs = sorted[Math.floor(QUANTILE * (sorted.length - 1))]!;
    this.#update(this.#smoothed(quantileMs), this.#inFlightMax, isFull);
    this.updatedMs = nowMs;
    this.#nextMs = nowMs + Math.min(Math.max(2 * sorted[0]!, WINDOW_MS_MIN), WINDOW_MS_MAX);
    this.#samples = [];
    this.#inFlightMax = 0;
  }

  #smoothed(ms: number): number {
    this.#recent.push(ms);
    if (this.#recent.length > SMOOTHED) this.#recent.shift();
    if (this.#recent.length < SMOOTHED) return this.#smooth.add(ms);
    const sorted = [...this.#recent].sort((a, b) => a - b);
    return this.#smooth.add(sorted[Math.floor(SMOOTHED / 2)]!);
  }

  #update(latencyMs: number, inFlight: number, isFull: boolean): void {
    const baselineMs = this.#baseline.add(latencyMs);
    const queue = Math.ceil(this.limit * (1 - baselineMs / latencyMs));
    const throughput = this.#throughput.add(inFlight, (1_000 * inFlight) / latencyMs);
    const byLatency = this.#latency.add(inFlight, latencyMs).correlation;
    const step = Math.max(1, Math.floor(Math.log10(this.limit)));
    const isStalled =
      throughput.correlation < 0 ||
      (byLatency > 0.5 && (throughput.correlation < 0.3 || throughput.variationOfY < 0.2));
    let next = this.limit;
    if (queue > 6 * step || (isFull && isStalled)) next -= step;
    else if (queue < 3 * step) next += step;
    const most = LIMIT_PER_IN_FLIGHT * inFlight;
    if (next > most) next = this.limit > most ? this.limit - step : most;
    this.limit = Math.min(LIMIT_MAX, Math.max(LIMIT_MIN, next));
  }
}

/** Exponential, a plain mean while it warms up. */
class MovingAverage {
  readonly #age: number;
  readonly #warmUp: number;
  #count = 0;
  #value = 0;

  constructor(age: number, warmUp: number) {
    this.#age = age;
    this.#warmUp = warmUp;
  }

  add(value: number): number {
    this.#count += 1;
    const weight = this.#count <= this.#warmUp ? 1 / this.#count : 2 / (this.#age + 1);
    this.#value += weight * (value - this.#value);
    return this.#value;
  }
}
