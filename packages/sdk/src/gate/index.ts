/** The hook's logic without its shell, for a clock of one's own: the lab runs it under virtual time. Not published. */
export type { Cancel, Clock } from "../clock.ts";
export { Freshness } from "../connection/freshness.ts";
export { parseMessage } from "../connection/parse-message.ts";
export { EARLY_FLUSH_MS_MIN, UNDER_WAY_MAX, URGENCY_POLL_MS } from "../connection/reporter.ts";
export type { Classification } from "../outcome/classification.ts";
export { nextRetry } from "../retry/next-retry.ts";
export type { NotBefore, Retry, RetryTerms } from "../retry/next-retry.ts";
export { RetryBudget } from "../retry/retry-budget.ts";
export type { Admission, Settle, Visit, Withdraw } from "./admission.ts";
export type { DecisionMessage } from "./decision-message.ts";
export { DecisionTable } from "./decision-table.ts";
export type { DecisionTableOptions, Place } from "./decision-table.ts";
