import { markup } from "./markup.ts";
import type { Markup } from "./markup.ts";

export type CertaintyWord = "confirmed" | "likely" | "unpriced";

/** How sure a number is: a filled, a half or an empty disc, and the word, because a shape alone says nothing aloud. */
export function certaintyBadge(certainty: CertaintyWord): Markup {
  return markup`<span class="badge ${certainty}">${certainty}</span>`;
}
