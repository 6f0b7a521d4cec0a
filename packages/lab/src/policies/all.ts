import { aimd } from "./aimd.ts";
import { breakerFast } from "./breaker-fast.ts";
import { breakerOpossum } from "./breaker-opossum.ts";
import { breakerResilience4j } from "./breaker-resilience4j.ts";
import { centralAimd } from "./central-aimd.ts";
import { centralAimdGentle } from "./central-aimd-gentle.ts";
import { cinnamon } from "./cinnamon.ts";
import { dagor } from "./dagor.ts";
import { fullJitter } from "./full-jitter.ts";
import { gradient2 } from "./gradient2.ts";
import { hivemind } from "./hivemind.ts";
import { leasePrototype } from "./lease-prototype.ts";
import { none } from "./none.ts";
import { noRetry } from "./no-retry.ts";
import { oracle } from "./oracle.ts";
import type { Policy } from "./policy.ts";
import { retryBudgetAws } from "./retry-budget-aws.ts";
import { retryBudgetEnvoy } from "./retry-budget-envoy.ts";
import { sreThrottle } from "./sre-throttle.ts";
import { vegas } from "./vegas.ts";

/** The rivals, from the one that does least to the one that knows everything. */
export const POLICIES: readonly Policy[] = [
  none,
  fullJitter,
  noRetry,
  retryBudgetEnvoy,
  retryBudgetAws,
  breakerResilience4j,
  breakerOpossum,
  breakerFast,
  sreThrottle,
  aimd,
  vegas,
  gradient2,
  cinnamon,
  dagor,
  centralAimd,
  centralAimdGentle,
  hivemind,
  leasePrototype,
  oracle,
];

export function policyByName(name: string): Policy | undefined {
  return POLICIES.find((policy) => policy.name === name);
}
