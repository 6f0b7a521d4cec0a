/** From the first on, up to but without the second. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

export function isIn({ fromMs, toMs }: Span, ms: number): boolean {
  return ms >= fromMs && ms < toMs;
}
