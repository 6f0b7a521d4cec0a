import { HeadwayError } from "@headway/core";

/** The known word that is most likely meant; undefined where none is near enough to be worth a guess. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const distances = known.map((candidate) => distance(word.toLowerCase(), candidate.toLowerCase()));
  const least = Math.min(...distances);
  const guess = known[distances.indexOf(least)];
  return guess !== undefined && least <= Math.max(2, Math.floor(guess.length / 2))
    ? guess
    : undefined;
}

/** `did you mean "queue"?`, or what there is to choose from. */
export function hintOf(word: string, known: readonly string[]): string {
  const guess = nearest(word, known);
  if (guess !== undefined) return `did you mean "${guess}"?`;
  return known.length === 0 ? "there is none" : `known are ${known.join(", ")}`;
}

export function unknownKey(
  path: string,
  key: string,
  known: readonly string[],
  where?: string,
): HeadwayError {
  const place = where === undefined ? "" : ` (${where})`;
  return new HeadwayError(
    "ERR_CONFIG_UNKNOWN_KEY",
    `${path} is not known: ${hintOf(key, known)}${place}`,
  );
}

/** Levenshtein's: the letters to insert, remove or replace. One row of the table at a time. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let line = 1; line <= from.length; line += 1) {
    const next = [line];
    for (let column = 1; column <= to.length; column += 1) {
      const replaced = row[column - 1]! + (from[line - 1] === to[column - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[column]! + 1, next[column - 1]! + 1));
    }
    row = next;
  }
  return row[to.length]!;
}
