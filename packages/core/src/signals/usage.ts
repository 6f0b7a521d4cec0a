import { readFirstInteger } from "./attribute-reader.ts";
import { ALIASES } from "./conventions/aliases.ts";
import type { SpanView } from "./span-view.ts";

/** Tokens of a model call. Numbers of how much was said, never of what. */
export interface Usage {
  readonly tokensIn: number;
  readonly tokensOut: number;
}

/** No model takes so many; a larger number is a broken sender's. */
const TOKENS_MAX = 1e9;

export function usageOf({ attributes }: SpanView): Usage | undefined {
  const tokensIn = readFirstInteger(attributes, ALIASES.tokensIn);
  const tokensOut = readFirstInteger(attributes, ALIASES.tokensOut);
  if (tokensIn === undefined && tokensOut === undefined) return undefined;
  return { tokensIn: bounded(tokensIn), tokensOut: bounded(tokensOut) };
}

/** Two layers of one call both tell of it: the outer one is right. Attempts each have their own. */
export function sumOfUsage(a: Usage | undefined, b: Usage | undefined): Usage | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return { tokensIn: a.tokensIn + b.tokensIn, tokensOut: a.tokensOut + b.tokensOut };
}

function bounded(tokens: number | undefined): number {
  return tokens !== undefined && tokens > 0 && tokens <= TOKENS_MAX ? tokens : 0;
}
