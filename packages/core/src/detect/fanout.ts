import { BernoulliCusum } from "./bernoulli-cusum.ts";
import type { DependencyWindow } from "./dependency-window.ts";
import type { Evidence, Finding } from "./detection.ts";
import type { Detector } from "./detector.ts";
import { Drift } from "./drift.ts";
import type { DriftVerdict } from "./drift.ts";
import { ParentWidths } from "./parent-widths.ts";
import type { ParentWidth } from "./parent-widths.ts";
import { memberOf, numbersOf } from "./parsed-state.ts";
import { ARL_WINDOWS } from "./run-length.ts";
import { UsualShare } from "./usual-share.ts";

/** Half as much work again as usual; below that, plans merely differ. */
const FLOOR = Math.log(1.5);
/** The retry share at one and a half attempts per first attempt. */
const RETRY_SHARE = 1 / 3;
/** Memory of the recent retry share: about four windows. */
const RECENT_GAIN = 0.25;

/**
 * Says that one piece of work becomes more calls, or one call more attempts, than this dependency is used to:
 *
 *     width:          mean of log(calls below one parent) − that parent's usual, over all that ended in the window
 *     amplification:  attempts / first attempts = 1 / (1 − retry share), of the attempts that ended in the window
 *
 * Width is watched by a `Drift`, the retry share by a Bernoulli CUSUM, each with half of one false alarm in thirty days of traffic
 * in every second. First attempts, not calls: a call ends after its last attempt, so a burst's calls and attempts fall into
 * different windows. Over several hops the factors multiply; that product is for whoever sees the graph.
 */
export class Fanout implements Detector {
  readonly kind = "fanout";
  readonly #width = new Drift({ runLength: ARL_WINDOWS * 2, floor: FLOOR });
  readonly #widths = new ParentWidths();
  #widest: ParentWidth | undefined;
  readonly #retries = new BernoulliCusum({
    runLength: ARL_WINDOWS * 2,
    shareBad: RETRY_SHARE,
    shareRecovering: RETRY_SHARE,
    recoveryError: 0.01,
  });
  readonly #usual = new UsualShare();
  #recent = { retries: 0, attempts: 0 };

  observe(window: DependencyWindow): Finding {
    const width = this.#observeWidth(window);
    const isAmplified = this.#observeRetries(window);
    if (width.state === "shifted" && this.#widest) {
      const { parent, usual, recent } = this.#widest;
      return abnormal("calls per parent", usual, recent, {
        parent,
        factor: Math.exp(width.shift),
        sigmas: width.sigmas,
      });
    }
    if (isAmplified) return this.#amplified();
    return { state: width.state === "unknown" && window.attempts === 0 ? "unknown" : "normal" };
  }

  state(): unknown {
    return {
      width: this.#width.state(),
      widths: this.#widths.state(),
      retries: this.#retries.state(),
      usual: this.#usual.state(),
      recent: { ...this.#recent },
    };
  }

  restore(state: unknown): void {
    const recent = numbersOf(memberOf(state, "recent"), ["retries", "attempts"]);
    if (!recent) return;
    this.#recent = recent;
    this.#width.restore(memberOf(state, "width"));
    this.#widths.restore(memberOf(state, "widths"));
    this.#retries.restore(memberOf(state, "retries"));
    this.#usual.restore(memberOf(state, "usual"));
  }

  #observeWidth({ fanOut }: DependencyWindow): DriftVerdict {
    const compared = this.#widths.compare(fanOut);
    this.#widths.learn(fanOut, this.#width.isInDoubt ? 1 / 20 : 1);
    if (!compared) return { state: "unknown" };
    this.#widest = compared.widest;
    return this.#width.observe(compared.sample);
  }

  #observeRetries({ attempts, retries }: DependencyWindow): boolean {
    this.#recent.retries += RECENT_GAIN * (retries - this.#recent.retries);
    this.#recent.attempts += RECENT_GAIN * (attempts - this.#recent.attempts);
    const { share, dispersion } = this.#usual;
    this.#retries.observe(retries, attempts - retries, share, dispersion);
    this.#usual.observe(retries, attempts, this.#retries.stage);
    return this.#retries.isBad && attempts > 0;
  }

  #amplified(): Finding {
    const { retries, attempts } = this.#recent;
    const retryShare = retries / attempts;
    return abnormal(
      "attempts per first attempt",
      1 / (1 - this.#usual.share),
      1 / Math.max(1 - retryShare, 1e-3),
      { retryShare },
    );
  }
}

function abnormal(measure: string, usual: number, recent: number, more: Evidence): Finding {
  return {
    state: "abnormal",
    severity: Math.min(1, Math.max(0, 1 - usual / recent)),
    summary: `${recent.toPrecision(2)} ${measure}; usual is ${usual.toPrecision(2)}`,
    evidence: { measure, usual, recent, ...more },
  };
}
