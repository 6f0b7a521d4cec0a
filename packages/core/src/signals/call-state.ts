/** A call from its first attempt to its report. Several sibling spans may share it: each a retry of the one before. */
export interface CallState {
  readonly startMs: number;
  /** Which call it is: its first attempt's place in the order. */
  readonly seq: number;
  /** Told once, as a signal; a retry that comes later changes nothing any more. */
  isReported: boolean;
}
