import { Malformed } from "./malformed.ts";

export const WIRE = {
  varint: 0,
  fixed64: 1,
  bytes: 2,
  groupStart: 3,
  groupEnd: 4,
  fixed32: 5,
} as const;

const GROUP_DEPTH_MAX = 64;
const TWO_32 = 2 ** 32;

/** The number that stands before a field on the wire. A field of another wire type has another tag, and so is unknown. */
export function tagOf(field: number, wire: number): number {
  return field * 8 + wire;
}

/**
 * Walks protobuf's wire format (Protocol Buffers, "Encoding") in place. Nothing is copied and no BigInt is made. Every
 * read is checked against `limit`, the end of the innermost message.
 */
export class ProtobufReader {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  pos = 0;
  limit: number;
  /** The two halves of the last `fixed64`. */
  low = 0;
  high = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.limit = bytes.length;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get more(): boolean {
    return this.pos < this.limit;
  }

  /** Reads a length and steps in: what follows, to the new limit, is that message. Returns the limit to `leave` with. */
  enter(): number {
    const outer = this.limit;
    this.limit = this.length() + this.pos;
    return outer;
  }

  leave(outer: number): void {
    this.pos = this.limit;
    this.limit = outer;
  }

  tag(): number {
    const tag = this.uint32();
    if (tag < 8) throw this.#broken("a field number of 0");
    return tag;
  }

  /** The length of what follows, which lies wholly within the message. */
  length(): number {
    const length = this.uint32();
    if (length > this.limit - this.pos) throw this.#broken("a field that ends beyond its message");
    return length;
  }

  /** A varint that fits 32 bits, or is cut to them as protobuf wants. */
  uint32(): number {
    if (this.pos < this.limit) {
      const first = this.bytes[this.pos]!;
      if (first < 0x80) {
        this.pos += 1;
        return first;
      }
      const second = this.pos + 1 < this.limit ? this.bytes[this.pos + 1]! : 0x80;
      if (second < 0x80) {
        this.pos += 2;
        return (second << 7) | (first & 0x7f);
      }
    }
    this.#varint();
    return this.low;
  }

  /** An int64, or an int32 or enum, which are written alike. Beyond 2^53 the nearest double. */
  int64(): number {
    this.#varint();
    return (this.high | 0) * TWO_32 + this.low;
  }

  uint64(): number {
    this.#varint();
    return this.high * TWO_32 + this.low;
  }

  sint32(): number {
    const zigzag = this.uint32();
    return (zigzag >>> 1) ^ -(zigzag & 1);
  }

  /** Its value is left in `low` and `high`. */
  fixed64(): void {
    this.#need(8);
    this.low = this.view.getUint32(this.pos, true);
    this.high = this.view.getUint32(this.pos + 4, true);
    this.pos += 8;
  }

  /** Beyond 2^53 the nearest double. */
  sfixed64(): number {
    this.fixed64();
    return (this.high | 0) * TWO_32 + this.low;
  }

  double(): number {
    this.#need(8);
    this.pos += 8;
    return this.view.getFloat64(this.pos - 8, true);
  }

  skip(tag: number): void {
    switch (tag & 7) {
      case WIRE.varint:
        this.#varint();
        return;
      case WIRE.fixed64:
        this.#need(8);
        this.pos += 8;
        return;
      case WIRE.bytes: {
        const length = this.length();
        this.pos += length;
        return;
      }
      case WIRE.groupStart:
        this.#skipGroup(tag);
        return;
      case WIRE.fixed32:
        this.#need(4);
        this.pos += 4;
        return;
      default:
        throw this.#broken("an unknown wire type");
    }
  }

  #skipGroup(start: number): void {
    const open = [start >>> 3];
    while (open.length > 0) {
      const tag = this.tag();
      if ((tag & 7) === WIRE.groupStart) open.push(tag >>> 3);
      else if ((tag & 7) !== WIRE.groupEnd) this.skip(tag);
      else if (open.pop() !== tag >>> 3) throw this.#broken("a group that another one ends");
      if (open.length > GROUP_DEPTH_MAX) throw this.#broken("groups too deep in each other");
    }
  }

  #varint(): void {
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      this.#need(1);
      const byte = this.bytes[this.pos++]!;
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high = bits >> 4;
      } else high |= bits << (shift - 32);
      if (byte < 0x80) {
        this.low = low >>> 0;
        this.high = high >>> 0;
        return;
      }
    }
    throw this.#broken("a varint of more than ten bytes");
  }

  #need(count: number): void {
    if (count > this.limit - this.pos) throw this.#broken("the end of the message inside a field");
  }

  #broken(what: string): Malformed {
    return new Malformed(`body must be protobuf, got ${what} at byte ${this.pos}`);
  }
}
