import { CentralAimd } from "./central-aimd.ts";
import type { CentralAimdOptions } from "./central-aimd.ts";
import { centralPolicy } from "./central-policy.ts";

export const CENTRAL_AIMD_GENTLE: CentralAimdOptions = {
  limitInitial: 20,
  limitMin: 1,
  increase: 1,
  decrease: 0.875,
};

/**
 * The shared semaphore of CentralAimd with the steps of DECbit, which were found best for exactly this rule:
 *
 *     L = 0.875 L    at a time-out, a throttle or an error, but at most once a second
 *     L = L + 1      after a second without one, in which L was reached;   at least 1, at first 20 as Netflix' limits
 *
 * A provider's slow answers are partly chance, and a smaller step back forgives that. This is the strongest shared semaphore that was
 * found with published numbers, and so the one to be measured against.
 */
export const centralAimdGentle = centralPolicy(
  {
    name: "central-aimd-gentle",
    title: "Central AIMD, gentle",
    source:
      "Ramakrishnan and Jain, A Binary Feedback Scheme for Congestion Avoidance, 1990 (DECbit: +1, x 0.875)",
    kind: "central",
  },
  (facts, { events }) => new CentralAimd(CENTRAL_AIMD_GENTLE, events, facts),
);
