/** 1 critical, 2 high, 3 normal, 4 low, 5 background: the same numbers as Temporal's. */
export type Priority = 1 | 2 | 3 | 4 | 5;

export const PRIORITIES: readonly Priority[] = [1, 2, 3, 4, 5];

export const PRIORITY_DEFAULT: Priority = 3;
