import { ATTRIBUTE_LENGTH_MAX } from "../attribute-reader.ts";
import type { AttributeValue, AttributeValues } from "./attribute-values.ts";
import type { ByteKeys } from "./byte-keys.ts";
import type { Interner } from "./interner.ts";
import { type ProtobufReader, tagOf, WIRE } from "./protobuf-reader.ts";

// opentelemetry-proto 1.11: common/v1/common.proto, KeyValue and AnyValue.
const PAIR_KEY = tagOf(1, WIRE.bytes);
const PAIR_VALUE = tagOf(2, WIRE.bytes);
const VALUE_STRING = tagOf(1, WIRE.bytes);
const VALUE_BOOL = tagOf(2, WIRE.varint);
const VALUE_INT = tagOf(3, WIRE.varint);
const VALUE_DOUBLE = tagOf(4, WIRE.fixed64);

/**
 * Reads one KeyValue. A key outside the list is told by its bytes, and the rest is stepped over whatever it holds; nearly
 * all senders write the key first, so that is one step.
 */
export function attributeFromProtobuf(
  reader: ProtobufReader,
  strings: Interner,
  into: AttributeValues,
  keys: ByteKeys,
): void {
  const outer = reader.enter();
  let key: string | undefined;
  let value: AttributeValue | undefined;
  let valueAt = -1;
  while (reader.more) {
    const tag = reader.tag();
    if (tag === PAIR_KEY) {
      key = keyHere(reader, keys);
      if (key === undefined) return reader.leave(outer);
    } else if (tag === PAIR_VALUE && key !== undefined) {
      value = valueFromProtobuf(reader, strings);
    } else {
      if (tag === PAIR_VALUE) valueAt = reader.pos;
      reader.skip(tag);
    }
  }
  if (key !== undefined && value === undefined && valueAt >= 0) {
    reader.pos = valueAt;
    value = valueFromProtobuf(reader, strings);
  }
  if (key !== undefined && value !== undefined) into[key] = value;
  reader.leave(outer);
}

/** A string of at most as many units as an attribute may have. */
export function stringHere(reader: ProtobufReader, strings: Interner): string {
  const length = reader.length();
  const start = reader.pos;
  reader.pos += length;
  return strings.text(start, reader.pos, ATTRIBUTE_LENGTH_MAX);
}

/** Which of the keys stands here as a string, without making one. */
export function keyHere<K extends string>(
  reader: ProtobufReader,
  keys: ByteKeys<K>,
): K | undefined {
  const length = reader.length();
  const start = reader.pos;
  reader.pos += length;
  return keys.match(reader.view, start, reader.pos);
}

/** Only scalars: no allowed key holds a list, a map or bytes. */
function valueFromProtobuf(reader: ProtobufReader, strings: Interner): AttributeValue | undefined {
  const outer = reader.enter();
  let value: AttributeValue | undefined;
  while (reader.more) {
    const tag = reader.tag();
    if (tag === VALUE_STRING) value = stringHere(reader, strings);
    else if (tag === VALUE_INT) value = reader.int64();
    else if (tag === VALUE_BOOL) value = reader.uint64() !== 0;
    else if (tag === VALUE_DOUBLE) value = reader.double();
    else reader.skip(tag);
  }
  reader.leave(outer);
  return value;
}
