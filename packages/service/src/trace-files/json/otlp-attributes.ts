import { ALLOWED_ATTRIBUTES, ALLOWED_RESOURCE_ATTRIBUTES } from "@headway/core/signals";
import type { AttributeValue, AttributeValues } from "./attribute-values.ts";
import { CLOSE, type JsonWindow } from "./json-window.ts";
import { KeySet, NONE } from "./key-set.ts";
import { readPair } from "./key-value-pairs.ts";
import type { SpanText } from "./span-text.ts";

export const SPAN_ATTRIBUTES = new KeySet(ALLOWED_ATTRIBUTES);
export const RESOURCE_ATTRIBUTES = new KeySet(ALLOWED_RESOURCE_ATTRIBUTES);

const TYPES = new KeySet(["stringValue", "boolValue", "intValue", "doubleValue"]);
const STRING = 0;
const BOOL = 1;

/** The bytes that nearly all writers put around a key and a value, in the compact form, as numbers to compare four at once. */
const LEAD = words('{"key":"');
const MIDDLE = words('"value":{');
const STRING_VALUE = words('"stringValue":"');
const INT_VALUE = words('"intValue":"');

/** Reads lists of `{ "key", "value" }`; a key outside the list has its value stepped over. */
export class OtlpAttributes {
  readonly #window: JsonWindow;
  readonly #text: SpanText;

  constructor(window: JsonWindow, text: SpanText) {
    this.#window = window;
    this.#text = text;
  }

  read(into: AttributeValues, keys: KeySet): void {
    const window = this.#window;
    if (!window.openList()) return;
    const take = (key: number): void => this.#set(into, keys.names[key]!, this.#value());
    while (window.nextItem()) if (!this.#known(into, keys)) readPair(window, keys, take);
  }

  /** The form that nearly all have: compact, the key first. False, and nothing done, where it has another. */
  #known(into: AttributeValues, keys: KeySet): boolean {
    const window = this.#window;
    window.peek();
    const { view, bytes, pos: from, line } = window;
    if (!standsAt(view, from, LEAD)) return false;
    window.stringFrom(from + 8);
    const at = window.pos;
    if (bytes[at] === 0x2c && standsAt(view, at + 1, MIDDLE)) {
      const key = window.which(keys);
      const isString = standsAt(view, at + 10, STRING_VALUE);
      if (isString || standsAt(view, at + 10, INT_VALUE)) {
        window.stringFrom(at + (isString ? 25 : 22));
        const { pos } = window;
        if (bytes[pos] === CLOSE && bytes[pos + 1] === CLOSE) {
          if (key !== NONE)
            this.#set(
              into,
              keys.names[key]!,
              isString ? this.#text.last() : this.#text.lastNumber(),
            );
          window.pos = pos + 2;
          return true;
        }
      }
    }
    window.pos = from;
    window.line = line;
    return false;
  }

  #set(into: AttributeValues, key: string, value: AttributeValue | undefined): void {
    if (value !== undefined) into[key] = value;
  }

  /** Only scalars: no allowed key holds a list, a map or bytes. */
  #value(): AttributeValue | undefined {
    const window = this.#window;
    let value: AttributeValue | undefined;
    if (!window.openObject()) return value;
    while (window.nextKey()) {
      const type = window.which(TYPES);
      if (type === NONE) window.skip();
      else if (type === STRING) value = this.#text.string();
      else if (type === BOOL) value = this.#boolean();
      else value = this.#text.number();
    }
    return value;
  }

  #boolean(): boolean | undefined {
    const window = this.#window;
    const byte = window.peek();
    window.skip();
    return byte === 0x74 ? true : byte === 0x66 ? false : undefined;
  }
}

interface Words {
  readonly values: Int32Array;
  /** The last four bytes, which may overlap those before. */
  readonly last: number;
  readonly lastAt: number;
}

function words(text: string): Words {
  const bytes = Buffer.from(text);
  const count = bytes.length >> 2;
  return {
    values: Int32Array.from({ length: count }, (_, i) => bytes.readInt32LE(i * 4)),
    last: bytes.readInt32LE(bytes.length - 4),
    lastAt: bytes.length - 4,
  };
}

function standsAt(view: DataView, at: number, { values, last, lastAt }: Words): boolean {
  for (let i = 0; i < values.length; i += 1)
    if (view.getInt32(at + i * 4, true) !== values[i]) return false;
  return view.getInt32(at + lastAt, true) === last;
}
