import type { LiveAction, LiveOverride } from "@headway/service/live";
import { longDuration, timeOfDay } from "../format.ts";
import { sayActionShortly } from "../judge/say-action.ts";
import { isStanding } from "../judge/trouble.ts";
import { clockMs } from "../session.tsx";

const isOverride = ({ reason }: LiveAction): boolean => reason.code === "override";

/** What is done, in the colour of whose hand it is, and in which mode when that is not the one that acts. */
export function ActionTag({ action }: { readonly action: LiveAction }) {
  const kind = isOverride(action) ? "person" : action.mode === "enforce" ? "hand" : "mode";
  const words = sayActionShortly(action);
  return (
    <span class={`tag ${kind}`}>
      {isOverride(action) ? "override: " : ""}
      {action.mode === "enforce" ? words : `${action.mode}: ${words}`}
    </span>
  );
}

/** Until when. A bound is renewed for as long as it is wanted, so its next end is no countdown. */
export function Until({
  action,
  override,
  isLong = false,
}: {
  readonly action: LiveAction;
  /** The operator's, if there is one: the decision made of it is renewed until the override ends. */
  readonly override: LiveOverride | null;
  readonly isLong?: boolean;
}) {
  const isHand = isOverride(action) && override !== null;
  const untilMs = Date.parse(isHand ? override.until : action.until);
  const end = `until ${timeOfDay(untilMs)}`;
  const isRenewed = isStanding(action);
  const left = longDuration(Math.max(0, untilMs - clockMs.value));
  const words = isRenewed ? "renewed" : left;
  const sentence = isRenewed ? `${end}, renewed while needed` : `${end} (${left} left)`;
  return (
    <span class="soft until" title={end}>
      {isLong ? sentence : words}
    </span>
  );
}
