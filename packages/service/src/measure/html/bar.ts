import { markup } from "./markup.ts";
import type { Markup } from "./markup.ts";
import { round2 } from "./number-format.ts";

export interface BarPart {
  /** 0 to 1, of the whole bar. */
  readonly share: number;
  /** Names its colour in the style sheet. */
  readonly look: string;
  readonly title: string;
}

/**
 * A bar as SVG in percent, so it follows the page's width without a style attribute, which the page's policy forbids. It is a picture of
 * numbers that stand beside it in words, hence hidden from screen readers.
 */
export function renderBar(parts: readonly BarPart[], heightPx: number): Markup {
  let from = 0;
  const rects = parts.map(({ share, look, title }) => {
    const width = Math.max(0, Math.min(share, 1 - from));
    const x = from;
    from += width;
    return width > 0
      ? markup`<rect class="${look}" x="${percent(x)}" width="${percent(width)}" height="100%"><title>${title}</title></rect>`
      : undefined;
  });
  return markup`<svg class="bar" width="100%" height="${heightPx}" aria-hidden="true">${rects}</svg>`;
}

function percent(share: number): string {
  return `${round2(share * 100)}%`;
}
