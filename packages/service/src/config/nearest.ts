import { HeadwayError } from "@headway/core";
import { distance } from "fastest-levenshtein";

/** The known word that is most likely meant; undefined where none is near enough to be worth a guess. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const distances = known.map((candidate) => distance(word.toLowerCase(), candidate.toLowerCase()));
  const least = Math.min(...distances);
  const guess = known[distances.indexOf(least)];
  return guess !== undefined && least <= Math.max(2, Math.floor(guess.length / 2))
    ? guess
    : undefined;
}

export function unknownKey(
  path: string,
  key: string,
  known: readonly string[],
  where?: string,
): HeadwayError {
  const guess = nearest(key, known);
  const hint = guess === undefined ? `known are ${known.join(", ")}` : `did you mean "${guess}"?`;
  const place = where === undefined ? "" : ` (${where})`;
  return new HeadwayError("ERR_CONFIG_UNKNOWN_KEY", `${path} is not known: ${hint}${place}`);
}
