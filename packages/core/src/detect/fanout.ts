import { BernoulliCusum } from "./bernoulli-cusum.ts";
import type { DependencyWindow } from "./dependency-window.ts";
import type { Evidence, Finding } from "./detection.ts";
import { figure } from "./figure.ts";
import type { Detector } from "./detector.ts";
import { Drift } from "./drift.ts";
import type { DriftVerdict } from "./drift.ts";
import { driftVerdictOf } from "./drift-verdict.ts";
import { ParentWidths } from "./parent-widths.ts";
import type { ParentWidth } from "./parent-widths.ts";
import { memberOf, numbersOf } from "./parsed-state.ts";
import { ARL_WINDOWS } from "./run-length.ts";
import { UsualShare } from "./usual-share.ts";

/** Half as much work again as usual; below that, plans merely differ. */
const FLOOR = Math.log(1.5);
/** Calls made per call: twice as many or half as many, and below that the mix of work merely differs. */
const FLOOR_MADE = Math.log(2);
/** The retry share at one and a half attempts per first attempt. */
const RETRY_SHARE = 1 / 3;
/** Memory of the recent retry share: about four windows. */
const RECENT_GAIN = 0.25;

/**
 * Says that one piece of work becomes more calls, or one call more attempts, than this dependency is used to, or fewer:
 *
 *     width:          mean of log(calls below one parent) − that parent's usual, over all that ended in the window
 *     made:           log((calls made + ½) / calls), of the calls that ended in the window: upwards and, cut short, downwards
 *     amplification:  attempts / first attempts = 1 / (1 − retry share), of the attempts that ended in the window
 *
 * Width is watched by a `Drift`, the retry share by a Bernoulli CUSUM, each with half of one false alarm in thirty days of traffic
 * in every second; what is made by two more. Width is the view from below, and does not see a parent that made no call at all; what is
 * made is the view from the parent, which does. First attempts, not calls: a call ends after its last attempt, so a burst's calls and attempts fall into
 * different windows. Over several hops the factors multiply; that product is for whoever sees the graph.
 */
export class Fanout implements Detector {
  readonly kind = "fanout";
  readonly #width = new Drift({ runLength: ARL_WINDOWS * 2, floor: FLOOR });
  readonly #widths = new ParentWidths();
  #widest: ParentWidth | undefined;
  readonly #made = {
    more: new Drift({ runLength: ARL_WINDOWS * 4, floor: FLOOR_MADE }),
    fewer: new Drift({ runLength: ARL_WINDOWS * 4, floor: FLOOR_MADE }),
  };
  /** Whether it ever called anything: what never does has nothing to make more or fewer of. */
  #hasMade = false;
  #cut: { more: DriftVerdict; fewer: DriftVerdict } = { more: UNKNOWN, fewer: UNKNOWN };
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
    this.#observeMade(window);
    if (width.state === "shifted" && this.#widest) {
      const { parent, usual, recent } = this.#widest;
      return abnormal("calls per parent", usual, recent, {
        parent,
        factor: Math.exp(width.shift),
        sigmas: width.sigmas,
      });
    }
    if (isAmplified) return this.#amplified();
    const made = this.#foundMade();
    if (made) return made;
    return { state: width.state === "unknown" && window.attempts === 0 ? "unknown" : "normal" };
  }

  state(): unknown {
    return {
      width: this.#width.state(),
      widths: this.#widths.state(),
      more: this.#made.more.state(),
      fewer: this.#made.fewer.state(),
      cut: { ...this.#cut },
      hasMade: this.#hasMade,
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
    this.#made.more.restore(memberOf(state, "more"));
    this.#made.fewer.restore(memberOf(state, "fewer"));
    this.#hasMade = memberOf(state, "hasMade") === true;
    const cut = memberOf(state, "cut");
    this.#cut = {
      more: driftVerdictOf(memberOf(cut, "more")),
      fewer: driftVerdictOf(memberOf(cut, "fewer")),
    };
    this.#retries.restore(memberOf(state, "retries"));
    this.#usual.restore(memberOf(state, "usual"));
  }

  #observeWidth({ fanOut }: DependencyWindow): DriftVerdict {
    const compared = this.#widths.compare(fanOut);
    this.#widths.learn(fanOut, this.#width.pace);
    if (!compared) return { state: "unknown" };
    this.#widest = compared.widest;
    return this.#width.observe(compared.sample);
  }

  #observeMade({ calls, callsMade = 0 }: DependencyWindow): void {
    this.#hasMade ||= callsMade > 0;
    if (!this.#hasMade || calls === 0) return;
    const value = Math.log((callsMade + 0.5) / calls);
    const sample = { count: calls, variance: 0 };
    this.#cut = {
      more: this.#made.more.observe({ ...sample, value }),
      fewer: this.#made.fewer.observe({ ...sample, value: -value }),
    };
  }

  #foundMade(): Finding | undefined {
    const { more, fewer } = this.#cut;
    const [shifted, sign] = more.state === "shifted" ? [more, 1] : [fewer, -1];
    if (shifted.state !== "shifted") return undefined;
    const usual = Math.exp(sign * shifted.expected);
    const recent = Math.exp(sign * (shifted.expected + shifted.shift));
    return abnormal("calls made per call", usual, recent, {
      factor: recent / usual,
      sigmas: shifted.sigmas,
    });
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

const UNKNOWN: DriftVerdict = { state: "unknown" };

function abnormal(measure: string, usual: number, recent: number, more: Evidence): Finding {
  return {
    state: "abnormal",
    severity: Math.min(1, 1 - Math.min(usual / recent, recent / usual)),
    summary: `${figure(recent)} ${measure}; usual is ${figure(usual)}`,
    evidence: { measure, usual, recent, ...more },
  };
}
