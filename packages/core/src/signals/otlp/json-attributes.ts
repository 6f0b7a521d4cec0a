import { ATTRIBUTE_LENGTH_MAX } from "../attribute-reader.ts";
import type { AttributeValue, AttributeValues } from "./attribute-values.ts";
import { ByteKeys } from "./byte-keys.ts";
import type { JsonCursor } from "./json-cursor.ts";

const PAIR = new ByteKeys(["key", "value"]);
const VALUE = new ByteKeys(["stringValue", "boolValue", "intValue", "doubleValue"]);

/** Reads one `{ "key", "value" }`; a key outside the list has its value stepped over. */
export function attributeFromJson(cursor: JsonCursor, into: AttributeValues, keys: ByteKeys): void {
  let key: string | undefined;
  let valueAt = -1;
  if (!cursor.openObject()) return;
  while (cursor.nextKey()) {
    const part = cursor.key(PAIR);
    if (part === "key") key = cursor.keyword(keys);
    else {
      if (part === "value") valueAt = cursor.pos;
      cursor.skip();
    }
  }
  if (key === undefined || valueAt < 0) return;
  const after = cursor.pos;
  cursor.pos = valueAt;
  const value = valueFromJson(cursor);
  cursor.pos = after;
  if (value !== undefined) into[key] = value;
}

/** Only scalars: no allowed key holds a list, a map or bytes. */
function valueFromJson(cursor: JsonCursor): AttributeValue | undefined {
  let value: AttributeValue | undefined;
  if (!cursor.openObject()) return value;
  while (cursor.nextKey()) {
    const type = cursor.key(VALUE);
    if (type === "stringValue") value = cursor.string(ATTRIBUTE_LENGTH_MAX);
    else if (type === "boolValue") value = cursor.boolean();
    else if (type === "intValue" || type === "doubleValue") value = cursor.number();
    else cursor.skip();
  }
  return value;
}
