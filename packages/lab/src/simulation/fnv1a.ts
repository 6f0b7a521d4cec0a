/** Fowler, Noll and Vo's hash of 32 bits, variant 1a, over the text's code units; as a signed number. */
export function fnv1a(text: string): number {
  let hash = 0x811c9dc5 | 0;
  for (let at = 0; at < text.length; at += 1)
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash;
}
