import {
  cursor,
  found,
  go,
  isHelpOpen,
  overruling,
  pastMs,
  query,
  ranked,
  route,
} from "./session.tsx";
import { turnTheme } from "./draw/palette.tsx";
import { stepTime } from "./views/time-bar.tsx";

export const KEYS: readonly (readonly [string, string])[] = [
  ["j k ↓ ↑", "next and last dependency"],
  ["Enter", "look closer at it"],
  ["o", "overrule it"],
  ["/", "find a dependency"],
  ["[ ]", "ten seconds back, and on"],
  ["l", "back to now"],
  ["t", "light or dark"],
  ["Esc", "close, clear, go back"],
  ["?", "these keys"],
];

const TIME_STEP_MS = 10_000;

export function startKeyboard(): void {
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (document.querySelector("dialog[open]") !== null) return;
    if (isTyping(event.target)) {
      if (event.key === "Escape" && event.target instanceof HTMLInputElement)
        leaveSearch(event.target);
      return;
    }
    if (onKey(event)) event.preventDefault();
  });
}

/** Whether the key was ours. */
function onKey({ key, target }: KeyboardEvent): boolean {
  switch (key) {
    case "j":
    case "ArrowDown":
      return move(1);
    case "k":
    case "ArrowUp":
      return move(-1);
    case "Enter":
      return openCursor(target);
    case "o":
      // What is past can't be overruled.
      if (pastMs.value === null) overruling.value = chosen();
      return true;
    case "/":
      document.querySelector<HTMLInputElement>("#search")?.focus();
      return true;
    case "[":
      stepTime(-TIME_STEP_MS);
      return true;
    case "]":
      stepTime(TIME_STEP_MS);
      return true;
    case "l":
      pastMs.value = null;
      return true;
    case "t":
      turnTheme();
      return true;
    case "?":
      isHelpOpen.value = true;
      return true;
    case "Escape":
      return back();
    default:
      return false;
  }
}

function move(by: number): boolean {
  if (route.value.page !== "overview" || found.value.length === 0) return false;
  const at = found.value.findIndex(({ id }) => id === cursor.value);
  const next = at === -1 ? (by > 0 ? 0 : found.value.length - 1) : at + by;
  cursor.value = found.value[Math.min(Math.max(next, 0), found.value.length - 1)]?.id ?? null;
  return true;
}

function openCursor(target: EventTarget | null): boolean {
  const isElsewhere =
    target instanceof Element && target.closest("a, button, [role=link], summary") !== null;
  if (isElsewhere || cursor.value === null || route.value.page !== "overview") return false;
  go({ page: "dependency", id: cursor.value });
  return true;
}

/** What `o` is about: this page's, the row under the keyboard, or the worst. */
function chosen(): string | null {
  if (route.value.page === "dependency") return route.value.id;
  return cursor.value ?? ranked.value[0]?.id ?? null;
}

function back(): boolean {
  if (pastMs.value !== null) pastMs.value = null;
  else if (query.value !== "") query.value = "";
  else if (route.value.page !== "overview") go({ page: "overview" });
  else if (cursor.value !== null) cursor.value = null;
  else return false;
  return true;
}

function leaveSearch(input: HTMLInputElement): void {
  if (input.id === "search" && query.value !== "") query.value = "";
  else input.blur();
}

/** The slider takes arrows, the rest takes letters. */
function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("input, textarea, select") !== null;
}
