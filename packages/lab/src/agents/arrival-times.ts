/** When workflows arrive that do not wait for those before: an open system. */
export interface ArrivalTimes {
  /** In virtual time, never before the last one; Infinity: no more. */
  next(): number;
}
