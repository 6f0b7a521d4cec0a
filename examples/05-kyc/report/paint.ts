import { styleText } from "node:util";

export type Paint = "bold" | "dim" | "red" | "green" | "cyan";

/** Colour where a person looks on; `styleText` leaves it out for a file, a pipe or NO_COLOR. */
export function paint(style: Paint, text: string): string {
  return styleText(style, text, { stream: process.stderr });
}
