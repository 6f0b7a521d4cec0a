/** The five situations that Headway was made for, by their scenarios' names. */
export const MISSIONS = [
  "kyc-degraded-provider",
  "voice-traffic-spike",
  "multi-model-wobble",
  "rag-slow-vector-search",
  "swarm-failing-tool",
] as const;
