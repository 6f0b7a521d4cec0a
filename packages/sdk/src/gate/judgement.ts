import type { Decision } from "@headway/core";

/** What a gate says to one caller at one moment. */
export type Judgement =
  | {
      readonly goes: true;
      /** Enforced, and obeyed by going: `shape`, `proceed`, or a `hold` that lets its prober through. */
      readonly decision: Decision | null;
      /** Made in mode `advise`: what would have happened. */
      readonly advised: Decision | null;
      readonly isProbe: boolean;
    }
  | {
      readonly goes: false;
      readonly decision: Decision | null;
      readonly advised: Decision | null;
      /** The earliest moment at which asking again can give another answer by itself; Infinity where only news can. */
      readonly askAgainAtMs: number;
      /** When to come back, as far as anybody can say. */
      readonly retryAtMs: number;
      /** `askAgainAtMs` is certain: waiting less is in vain. */
      readonly isFixed: boolean;
      /** Shed: not to be waited for. */
      readonly isFinal: boolean;
      /** Every caller of this priority and agent is told the same until one more has gone: its own draw plays no part. */
      readonly isShared: boolean;
    };
