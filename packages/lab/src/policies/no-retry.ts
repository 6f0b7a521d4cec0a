import { localPolicy } from "./local-policy.ts";

/**
 * One attempt to a call:
 *
 *     attempts = 1
 *
 * The surest way not to feed a storm, at the price of every call that a second try would have saved.
 */
export const noRetry = localPolicy(
  {
    name: "no-retry",
    title: "No retry",
    source:
      "Google SRE book, chapter 22 (Addressing Cascading Failures): consider whether to retry",
  },
  () => ({ retryAfter: () => undefined }),
);
