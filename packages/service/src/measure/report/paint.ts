import { styleText } from "node:util";

/** Colour, or none: a report that goes to a file is plain text. */
export interface Paint {
  readonly strong: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly good: (text: string) => string;
}

const AS_IT_IS = (text: string): string => text;

export const PLAIN: Paint = {
  strong: AS_IT_IS,
  faint: AS_IT_IS,
  bad: AS_IT_IS,
  warn: AS_IT_IS,
  good: AS_IT_IS,
};

/** Whether the output takes colours has been asked already; `styleText` would ask about another one. */
const painted =
  (format: Parameters<typeof styleText>[0]) =>
  (text: string): string =>
    styleText(format, text, { validateStream: false });

export const COLOURS: Paint = {
  strong: painted("bold"),
  faint: painted("gray"),
  bad: painted("red"),
  warn: painted("yellow"),
  good: painted("green"),
};
