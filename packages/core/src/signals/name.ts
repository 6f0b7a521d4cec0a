/** Longer than any honest name; what is longer is cut. */
export const NAME_LENGTH_MAX = 128;

const OUTSIDE = /[^\w.:/@#+ \-{}*[\]()]/g;

/**
 * A name fit to be a key: names can be the users' or even the model's own. Control characters, quotes and everything
 * outside the letters, digits and marks that names use become `_`; the length is capped. Letters of any script stay.
 */
export function cleanName(name: string): string {
  const short = name.length > NAME_LENGTH_MAX ? name.slice(0, NAME_LENGTH_MAX) : name;
  if (isPlain(short)) return short;
  return short
    .trim()
    .replace(OUTSIDE, (character) => (/\p{L}|\p{N}/u.test(character) ? character : "_"));
}

/** Nearly every name is plain: one pass over the codes, no regular expression, no new string. */
function isPlain(name: string): boolean {
  for (let index = 0; index < name.length; index += 1) {
    const code = name.charCodeAt(index);
    // "-" "." "/", digits, ":", letters, "_": the characters of package, model, host and tool names.
    const plain =
      (code >= 45 && code <= 58) ||
      (code >= 65 && code <= 90) ||
      (code >= 97 && code <= 122) ||
      code === 95;
    if (!plain) return false;
  }
  return true;
}

/** `kind:name`, where the name is a tuple of which the absent parts are left out. */
export function dependencyKey(kind: string, first: string | undefined, second?: string): string {
  if (first === undefined)
    return second === undefined ? `${kind}:unknown` : `${kind}:${cleanName(second)}`;
  return second === undefined
    ? `${kind}:${cleanName(first)}`
    : `${kind}:${cleanName(first)}/${cleanName(second)}`;
}
