import { computed, signal } from "@preact/signals";

export interface Palette {
  readonly ink: string;
  readonly soft: string;
  readonly line: string;
  readonly panel: string;
  readonly warn: string;
  readonly bad: string;
  readonly hand: string;
  readonly band: string;
}

const THEME_KEY = "headway.theme";

/** Changes when the colours may have: what is drawn on a canvas does not follow a style sheet by itself. */
export const theme = signal<"auto" | "light" | "dark">(readTheme());
const schemeChanges = signal(0);

export function startTheme(): void {
  document.documentElement.dataset["theme"] = theme.value;
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    schemeChanges.value += 1;
  });
}

export function turnTheme(): void {
  const isDark =
    theme.value === "dark" ||
    (theme.value === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  const next = isDark ? "light" : "dark";
  localStorage.setItem(THEME_KEY, next);
  document.documentElement.dataset["theme"] = next;
  theme.value = next;
}

/** The colours as they are now. The properties are registered as colours, so `light-dark()` comes resolved. */
export const palette = computed<Palette>(() => {
  void theme.value;
  void schemeChanges.value;
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string): string => style.getPropertyValue(`--c-${name}`);
  return {
    ink: colour("ink"),
    soft: colour("soft"),
    line: colour("line"),
    panel: colour("panel"),
    warn: colour("warn"),
    bad: colour("bad"),
    hand: colour("hand"),
    band: colour("band"),
  };
});

function readTheme(): "auto" | "light" | "dark" {
  const kept = localStorage.getItem(THEME_KEY);
  return kept === "light" || kept === "dark" ? kept : "auto";
}
