/** A source of numbers in [0, 1), told to core by its shell, so that the same seed gives the same run. */
export type Random = () => number;
