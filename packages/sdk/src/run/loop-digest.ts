import { createHmac, randomBytes } from "node:crypto";

/** Of more than this, written out, no digest is made: telling a loop is not worth a pause of the application. */
const LENGTH_MAX = 65_536;
/** Deeper than any arguments that somebody wrote; a circle is deeper than every bound. */
const DEPTH_MAX = 64;
const DIGEST_BYTES = 6;

/**
 * Tells whether two calls of this process have the same arguments, without keeping them: HMAC-SHA-256 over a canonical form, of
 * which the first 48 bits stay in memory for as long as the agent's last four calls do. The key is random, made here, and
 * never leaves the object: a digest means nothing in another process, nor in a dump of it without the key.
 *
 * Never throws. Arguments that are circular, huge, or of kinds that have no plain form (functions, class instances) have no
 * digest, and calls with them are compared with none.
 */
export class LoopDigest {
  readonly #key = randomBytes(32);

  /** 1 to 2^48 − 1. */
  of(args: unknown): number | undefined {
    if (args === undefined) return undefined;
    try {
      const form = new CanonicalForm();
      form.write(args, 0);
      const digest = createHmac("sha256", this.#key).update(form.text()).digest();
      // Zero is how the recorder says that there is none.
      return digest.readUIntBE(0, DIGEST_BYTES) || 1;
    } catch {
      // A getter of the application, or one of the bounds.
      return undefined;
    }
  }
}

/** Values written out so that equal ones, and only those, give equal text; the order of keys does not matter. */
class CanonicalForm {
  readonly #parts: string[] = [];
  #length = 0;

  text(): string {
    return this.#parts.join("");
  }

  write(value: unknown, depth: number): void {
    if (depth > DEPTH_MAX) throw new RangeError("too deep");
    switch (typeof value) {
      case "string":
        this.#room(value.length);
        return this.#add(`${value.length}"${value}`);
      case "number":
        return this.#add(`n${Object.is(value, -0) ? 0 : value};`);
      case "bigint":
        return this.#add(`b${value};`);
      case "boolean":
      case "undefined":
        return this.#add(`${value};`);
      case "object":
        return value === null ? this.#add("null;") : this.#object(value, depth);
      case "function":
      case "symbol":
        throw new TypeError("no plain form");
    }
  }

  #object(value: object, depth: number): void {
    if (Array.isArray(value)) return this.#array(value, depth);
    if (value instanceof Date) return this.#add(`d${value.getTime()};`);
    if (value instanceof Uint8Array) {
      this.#room(value.length * 2);
      return this.#add(
        `u${Buffer.from(value.buffer, value.byteOffset, value.length).toString("hex")};`,
      );
    }
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) throw new TypeError("no plain form");
    const keys = Object.keys(value);
    this.#room(keys.length);
    this.#add("{");
    for (const key of keys.sort()) {
      this.write(key, depth);
      this.write(Reflect.get(value, key), depth + 1);
    }
    this.#add("}");
  }

  #array(values: readonly unknown[], depth: number): void {
    this.#room(values.length);
    this.#add("[");
    for (const value of values) this.write(value, depth + 1);
    this.#add("]");
  }

  #add(part: string): void {
    this.#room(part.length);
    this.#length += part.length;
    this.#parts.push(part);
  }

  #room(length: number): void {
    if (this.#length + length > LENGTH_MAX) throw new RangeError("too large");
  }
}
