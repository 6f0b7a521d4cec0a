/** The numbers that the controllers go by: one set for every dependency. `npm run results` shows what half and twice of each does. */
export interface ControlParameters {
  /**
   * Share of the callers' time-out that an attempt may spend at the dependency while all is well. With it the best rate of answers says
   * how far a fleet may grow (Little's law). What may be in flight in good times is what a slow-down finds there before anybody has heard
   * of it. Slowed to a quarter for 10 s, 0.2 and 0.25 give 15.4 and 14.9 good answers a second of 15.7 where decisions are 0.2 s old, and
   * 13.4 and 9.9 where they are a second old.
   */
  readonly timeoutShare: number;
  /**
   * While demand is below this share of that, and answers are as fast as ever, leases overlap and hardly a call waits. Above it they are
   * parts of one whole. 0.45, 0.65, 0.7, 0.75 and 0.85 give 14.7, 14.8, 13.4, 11.9 and 9.5 good answers a second of 15.7 in such a fault
   * where decisions are a second old; of the calls of a healthy fleet that uses three quarters of its provider 53, 17, 8, 3 and 2 % wait
   * for more than 5 ms, and their p99 is 16, 6, 3, 3 and 2 % longer.
   */
  readonly relaxedBelow: number;
  /**
   * In a strain the fleet may have this many times in flight what was usual. At a utilisation of two thirds that is all the dependency's
   * servers at work, and no queue. Slowed to a quarter for 30 s: 1.25, 1.5 and 2 give 13.8, 14.7 and 14.0 good answers a second of 16;
   * slowed to as long as callers wait: 3.4, 3.9 and 2.1 of 4.6.
   */
  readonly floor: number;
  /**
   * An attempt that timed out is still worked on, or waits for it, though nobody wants it: for so large a share of the time-out it counts
   * as in flight. Where services take as long as callers wait: 0, 0.2, 0.4 and 0.8 give 2.5, 4.0, 3.9 and 3.9 good answers of 4.6.
   */
  readonly ghostShare: number;
  /** Growth of the bound in a second, after a strain. */
  readonly growth: number;
  /** The bound grows while what is in flight takes at most this many times as long as usual. */
  readonly slack: number;
  /** An answer that took this many times as long as usual is slow; more than half of them slow is a strain. */
  readonly slowFactor: number;
  /**
   * An attempt that is open for this many times as long as an answer usually takes is old. Slowed to a quarter for 10 s: 1.4, 1.75 and 2.5
   * give 13.6, 14.5 and 12.7 good answers a second of 16, and no look at ages at all 12.7.
   */
  readonly oldFactor: number;
  /** With a larger share of the attempts in flight old there is a strain… */
  readonly oldShare: number;
  /** …unless many always are: it must be this many times the usual share too. */
  readonly oldTimes: number;
  /** While others wait as urgently a slot stays with its holder for about so many attempts. */
  readonly stickyAttempts: number;
  /**
   * Seconds from the end of an attempt to the start of the one that its slot is granted for elsewhere: a quarter of a second until the
   * report, and the way there and back. What will end in that time is granted ahead. Where the provider has no queue to hide an idle slot,
   * granting nothing ahead gives 12.3 good answers of 16 instead of 14.8.
   */
  readonly loopS: number;
  /** With a larger share of the attempts rejected the fleet is over a limit. */
  readonly rejectedShareMany: number;
  /**
   * With a smaller one it is not, and this share is what the fleet is led to. Where the provider has no queue, 0.025, 0.06 and no such lead
   * give 14.1, 14.6 and 15.1 good answers of 15.6, 5, 7 and 11 % of attempts rejected, and the critical calls' p99 is 1.3, 1.3 and 1.9 times
   * the best there could be.
   */
  readonly rejectedShareFew: number;
}

export const CONTROL_PARAMETERS: ControlParameters = {
  timeoutShare: 0.2,
  relaxedBelow: 0.7,
  floor: 1.5,
  ghostShare: 0.4,
  growth: 1.25,
  slack: 1.5,
  slowFactor: 2,
  oldFactor: 1.75,
  oldShare: 0.15,
  oldTimes: 4,
  stickyAttempts: 2,
  loopS: 0.5,
  rejectedShareMany: 0.25,
  rejectedShareFew: 0.025,
};
