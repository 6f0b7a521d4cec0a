const LENGTH_MAX = 56;
const SENTENCE_LENGTH_MAX = 400;

/**
 * A name as it stands in the report. Names come from spans and may be of any length; both ends are kept, because the kind stands in
 * front and what tells one from the next often comes last. The whole name is in the JSON.
 */
export function clippedName(name: string, lengthMax = LENGTH_MAX): string {
  const characters = Array.from(name);
  if (characters.length === 0) return "(no name)";
  if (characters.length <= lengthMax) return name;
  const tail = Math.floor((lengthMax - 1) * 0.4);
  const head = lengthMax - 1 - tail;
  return `${characters.slice(0, head).join("")}…${characters.slice(-tail).join("")}`;
}

/** A sentence that names may have made long. */
export function clippedSentence(sentence: string, lengthMax = SENTENCE_LENGTH_MAX): string {
  const characters = Array.from(sentence);
  if (characters.length <= lengthMax) return sentence;
  return `${characters.slice(0, lengthMax - 1).join("")}…`;
}
