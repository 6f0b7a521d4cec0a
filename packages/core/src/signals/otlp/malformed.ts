/**
 * The body is no document of its format. Thrown by the readers and caught where decoding began: it never leaves this
 * folder, where it becomes a value. The message says where and why, never what stood there.
 */
export class Malformed extends Error {
  override readonly name = "Malformed";
}

/** Runs a decoder; anything but `Malformed` is a mistake of ours and goes on up. */
export function orMalformed<T extends { readonly ok: true }>(
  decode: () => T,
): T | { readonly ok: false; readonly message: string } {
  try {
    return decode();
  } catch (error) {
    if (error instanceof Malformed) return { ok: false, message: error.message };
    throw error;
  }
}
