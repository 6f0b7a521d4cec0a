/** What may stand in a page: text is escaped, markup is not, lists are strung together, nothing is nothing. */
export type Content = Markup | string | number | false | undefined | readonly Content[];

/**
 * A piece of the page that is safe as it is. Only `markup` makes one, so whatever comes from a span passes through `escapeText`:
 * there is no way to forget it.
 */
export class Markup {
  readonly #text: string;

  private constructor(text: string) {
    this.#text = text;
  }

  static from(strings: TemplateStringsArray, values: readonly Content[]): Markup {
    return new Markup(strings.map((text, at) => text + contentText(values[at])).join(""));
  }

  toString(): string {
    return this.#text;
  }
}

/** `markup\`<b>${name}</b>\``. Attributes must stand in double quotes. Serves SVG as well. */
export function markup(strings: TemplateStringsArray, ...values: readonly Content[]): Markup {
  return Markup.from(strings, values);
}

/** Text for an element or a quoted attribute. */
export function escapeText(plain: string): string {
  return visibleText(plain).replaceAll(MARKUP, (character) => ENTITIES.get(character) ?? "");
}

/**
 * Names come from spans, so from anybody: control characters, marks that turn the direction of reading (with which a name can pose as
 * another) and halves of surrogate pairs become U+FFFD.
 */
export function visibleText(plain: string): string {
  return plain.replaceAll(HIDDEN, "\uFFFD");
}

const HIDDEN =
  /(?![\t\n])[\p{Cc}\p{Cs}\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069\uFEFF\uFFFE\uFFFF]/gu;

const MARKUP = /[&<>"'`]/g;

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
  ['"', "&quot;"],
  ["'", "&#39;"],
  ["`", "&#96;"],
]);

function contentText(content: Content): string {
  if (content === undefined || content === false) return "";
  if (typeof content === "string") return escapeText(content);
  if (typeof content === "number") return String(content);
  if (content instanceof Markup) return content.toString();
  return content.map(contentText).join("");
}
