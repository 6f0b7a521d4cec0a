import type { DependencyLook, WindowView } from "@headway/core";
import type { TenantEngine } from "../runtime/tenant.ts";

/** Older than this, the last second of a dependency is not "now" any more: nothing happens there. */
const NOW_MS = 2_500;

/** What the engine sees of a dependency, its last second only where that is now. */
export function lookAt(
  engine: TenantEngine,
  id: string,
  nowMs: number,
): DependencyLook | undefined {
  const look = engine.look(id);
  const isNow = look?.last !== undefined && look.last.endMs > nowMs - NOW_MS;
  return look === undefined || isNow ? look : { ...look, last: undefined };
}

/** Seconds kept that ended in `(fromMs, toMs]`, oldest first. */
export function secondsOf(
  engine: TenantEngine,
  id: string,
  span: { readonly fromMs: number; readonly toMs: number },
): readonly WindowView[] {
  return engine.signals(id, span);
}
