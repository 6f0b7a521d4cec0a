import type { Usage } from "@headway/core/signals";
import type { Price } from "./prices.ts";

/** Undefined where nothing of it is priced. */
export function priceOfAttempt(price: Price | undefined, durationMs: number): number | undefined {
  if (price === undefined) return undefined;
  return (price.perAttempt ?? 0) + ((price.perSecond ?? 0) * durationMs) / 1_000;
}

export function priceOfCall(
  price: Price | undefined,
  usage: Usage | undefined,
): number | undefined {
  if (price === undefined) return undefined;
  const { tokensIn, tokensOut } = usage ?? { tokensIn: 0, tokensOut: 0 };
  return (
    (price.perCall ?? 0) +
    ((price.per1kTokensIn ?? 0) * tokensIn) / 1_000 +
    ((price.per1kTokensOut ?? 0) * tokensOut) / 1_000
  );
}
