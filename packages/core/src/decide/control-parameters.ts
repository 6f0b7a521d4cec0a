/**
 * The numbers that the controllers go by: one set for every dependency. Figures of what half and twice of each does are in
 * docs/results.md, under "Sensitivity".
 */
export interface ControlParameters {
  /**
   * Share of the callers' time-out that an attempt may spend at the dependency while all is well. With it the best rate of answers says
   * how far a fleet may grow (Little's law). What may be in flight in good times is what a slow-down finds there before anybody has heard
   * of it: the later decisions come, the more it costs.
   */
  readonly timeoutShare: number;
  /**
   * While demand is below this share of that, and answers are as fast as ever, leases overlap and hardly a call waits. Above it they are
   * parts of one whole. With 0.7, 0.675 and 0.65 a fault of 10 s to a quarter of the speed leaves 77, 84 and 84 % of the oracle's goodput
   * where decisions are a second old; of the calls of a healthy fleet that uses three quarters of its provider 10, 15 and 24 % wait for more
   * than 5 ms, and its p99 is 5, 7 and 11 % longer. Health goes first.
   */
  readonly relaxedBelow: number;
  /**
   * In a strain the fleet may have this many times in flight what was usual. At a utilisation of two thirds that is all the dependency's
   * servers at work, and no queue.
   */
  readonly floor: number;
  /**
   * An attempt that timed out is still worked on, or waits for it, though nobody wants it: for so large a share of the time-out it counts
   * as in flight.
   */
  readonly ghostShare: number;
  /** Growth of the bound in a second, after a strain. */
  readonly growth: number;
  /**
   * The bound grows while what is in flight takes at most this many times as long as usual, and is lifted in a strain only where attempts
   * take longer than that.
   */
  readonly slack: number;
  /** An answer that took this many times as long as usual is slow; more than half of them slow is a strain. */
  readonly slowFactor: number;
  /** An attempt that is open for this many times as long as an answer usually takes is old. */
  readonly oldFactor: number;
  /** With a larger share of the attempts in flight old there is a strain… */
  readonly oldShare: number;
  /** …unless many always are: it must be this many times the usual share too. */
  readonly oldTimes: number;
  /** While others wait as urgently a slot stays with its holder for about so many attempts. */
  readonly stickyAttempts: number;
  /**
   * Seconds from the end of an attempt to the start of the one that its slot is granted for elsewhere: a quarter of a second until the
   * report, and the way there and back. What will end in that time is granted ahead.
   */
  readonly loopS: number;
  /** With a larger share of the attempts rejected the fleet is over a limit. */
  readonly rejectedShareMany: number;
  /**
   * With a smaller one it is not, and this share is what the fleet is led to. A larger one gives more good answers where a provider has no
   * queue, more rejects, and slower critical calls.
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
