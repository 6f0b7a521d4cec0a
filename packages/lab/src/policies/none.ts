import { localPolicy } from "./local-policy.ts";

/**
 * Nothing at all: as many attempts as the caller's layers make, each at once after the one before.
 *
 *     wait before a retry = 0
 *
 * What a loop around a call does. Bronson et al. (HotOS 2021) and Huang et al. (OSDI 2022) show why it does not come back.
 */
export const none = localPolicy(
  {
    name: "none",
    title: "No protection",
    source: "Huang et al., Metastable Failures in the Wild, OSDI 2022 (immediate resends)",
  },
  () => ({ retryAfter: () => 0 }),
);
