import { isCounted } from "./claims.ts";
import type { SpanNode } from "./span-node.ts";

/**
 * What code calls while it serves a request, the request has called, however many spans that code makes of itself on the way; and what
 * the request has called, the attempt above it has. So the widths go up, to be told when that ends. Whether they did.
 */
export function passFanOutUp(node: SpanNode): boolean {
  const { fanOut } = node;
  const whole = node.isServer ? attemptOf(node) : servingAbove(node);
  if (whole === undefined || fanOut === undefined || whole.isEnded) return false;
  node.fanOut = undefined;
  const widths = (whole.fanOut ??= new Map());
  for (const [to, width] of fanOut) widths.set(to, (widths.get(to) ?? 0) + width);
  return true;
}

function attemptOf({ above }: SpanNode): SpanNode | undefined {
  return above !== undefined && isCounted(above.identity) ? above : undefined;
}

function servingAbove(node: SpanNode): SpanNode | undefined {
  let above: SpanNode | undefined = node;
  while (above !== undefined && above.identity.layer === "other" && !above.isServer)
    above = above.above;
  return above?.isServer === true && above !== node ? above : undefined;
}
